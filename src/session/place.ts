import { existsSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { Shell } from '../shell.ts'
import { text, type Input } from './input.ts'

const FILE = 'rollout.yaml'

/** Where the plan is (it need not exist) and the folder everything is relative to. */
export interface Place {
  readonly file: string
  readonly folder: string
}

/** `--file` (a file or its folder), or the nearest rollout.yaml from here upwards. */
export function locate(shell: Shell, input: Input): Place {
  const given = text(input, 'file')
  if (given !== undefined) {
    const path = resolve(shell.cwd, given)
    const file = statSync(path, { throwIfNoEntry: false })?.isDirectory() ? join(path, FILE) : path
    return { file, folder: dirname(file) }
  }
  for (let folder = shell.cwd; ; folder = dirname(folder)) {
    if (existsSync(join(folder, FILE)) || existsSync(join(folder, '.rollout'))) return { file: join(folder, FILE), folder }
    if (folder === dirname(folder)) return { file: join(shell.cwd, FILE), folder: shell.cwd }
  }
}
