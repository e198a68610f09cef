import { readdirSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { discard } from './disk.ts'

/** Temporary files of writers that died; a live writer's is gone within the second. */
const ABANDONED = 60 * 60 * 1000
/** As long as what is behind the name of the file in that of a temporary one. */
const TEMPORARY = `${'0'.repeat(36)}.tmp`
const listed = new Map<string, readonly string[]>()

/** Removes what writers that were killed have left beside the file: each is a whole copy of it, with every secret in it. */
export function sweepBeside(file: string): void {
  const own = `.${basename(file)}.`
  try {
    for (const name of temporariesIn(dirname(file))) {
      if (!name.startsWith(own) || name.length !== own.length + TEMPORARY.length) continue
      const path = join(dirname(file), name)
      const newest = statSync(file).mtimeMs
      if (newest - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? newest) > ABANDONED) discard(path)
    }
  } catch {
    // The file is written: the clearing up is best effort.
  }
}

/** Listed once for a command: a folder may hold a thousand targets, and takes as long for each of them. */
function temporariesIn(folder: string): readonly string[] {
  const known = listed.get(folder)
  if (known) return known
  const names = readdirSync(folder).filter((name) => /^\..*\.[0-9a-f-]{36}\.tmp$/s.test(name))
  listed.set(folder, names)
  return names
}
