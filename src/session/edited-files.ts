import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { digestOfFile } from '../config/outline.ts'
import type { State } from '../core/journal/state.ts'

/** The plan's files that are no longer as they were frozen, or are gone; compared by their bytes, nothing is parsed. */
export function editedFiles(folder: string, state: Pick<State, 'files'>): readonly string[] {
  return Object.entries(state.files).flatMap(([path, hash]) => (hashOf(join(folder, path)) === hash ? [] : [path]))
}

function hashOf(path: string): string | undefined {
  try {
    return digestOfFile(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}
