import { join } from 'node:path'
import { readRecord } from '../adapters/state/break-glass.ts'
import { journalName } from '../core/journal/identity.ts'
import type { State } from '../core/journal/state.ts'
import type { Session } from './session.ts'

/** Returns the state as a break-glass has left it that is noted in this folder, and that the journal does not know of yet. */
export async function withUnheard(session: Session, state: State): Promise<{ readonly state: State; readonly notes: readonly string[] }> {
  const record = readRecord(folderOf(session), journalName(state.plan))
  // Loaded where there is one.
  return record ? (await import('../engine/noted.ts')).asNoted(record, state, folderOf(session)) : { state, notes: [] }
}

/** Returns the folder in which a break-glass is noted. */
export function folderOf({ place }: Session): string {
  return join(place.folder, '.rollout')
}
