import { statSync } from 'node:fs'
import { join } from 'node:path'
import { checkName } from './chain.ts'

/** Tells whether there may be a record of a break-glass; where that cannot be found out there may be. */
export function mayBeRecorded(folder: string, name: string): boolean {
  const path = recordPath(folder, name)
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined
  } catch {
    return true
  }
}

/** Returns where the record of this journal is, if there is one. Throws `config` for what cannot name a journal. */
export function recordPath(folder: string, name: string): string {
  // The name may come out of a journal: it must not lead to another folder.
  checkName(name)
  return join(folder, `${name}.break-glass.json`)
}
