import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ownFolder } from '../helpers/folder.ts'
import { launch } from '../helpers/launch.ts'

/** A folder of its own in which the built binary is typed. Removed after the test file. */
export function place(files: Readonly<Record<string, string>> = {}) {
  const folder = ownFolder('rollout-e2e-')
  const write = (path: string, text: string): void => writeFileSync(join(folder, path), text)
  for (const [path, text] of Object.entries(files)) write(path, text)
  return {
    folder,
    write,
    read: (path: string) => readFileSync(join(folder, path), 'utf8'),
    launch: (argv: readonly string[], env: Readonly<Record<string, string>> = {}) => launch(folder, argv, { env }),
    rollout: async (...argv: readonly string[]) => launch(folder, argv).ended,
  }
}
