import { readRecord } from '../adapters/state/break-glass.ts'
import { journalName } from '../core/journal/identity.ts'
import { hasCode, RolloutError, type Problem } from '../core/values/errors.ts'
import { describeBreakGlass } from '../engine/noted.ts'
import type { Session } from './session.ts'
import { outlineAt } from './store.ts'
import { folderOf } from './unheard.ts'

/** Returns what is to be said of a break-glass that is noted in this folder, where the journal of this name is gone or cannot be read. */
export function unheardBeside(session: Session, name: string): readonly Problem[] {
  const record = readRecord(folderOf(session), name)
  return record ? [{ message: `the ${describeBreakGlass(record)} is noted here, and is in no journal that can be read` }] : []
}

/** Returns an error of a journal that is gone or cannot be read with the break-glass that is noted here, by the name that the plan says. */
export function andUnheard(session: Session, environment: string | undefined, thrown: unknown): unknown {
  // A folder that does not answer is not asked for the note either.
  if (!hasCode(thrown, 'config') && !hasCode(thrown, 'usage') && !hasCode(thrown, 'unhealthy')) return thrown
  const { name } = outlineAt(session.place.file)
  if (name === undefined) return thrown
  const unheard = unheardBeside(session, journalName(environment ? { name, environment } : { name }))
  return unheard.length > 0 ? new RolloutError(thrown.code, [...thrown.problems, ...unheard], { cause: thrown }) : thrown
}
