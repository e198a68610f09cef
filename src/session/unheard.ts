import { join } from 'node:path'
import { mayBeRecorded } from '../adapters/state/recorded.ts'
import { journalName } from '../core/journal/identity.ts'
import type { State } from '../core/journal/state.ts'
import type { Session } from './session.ts'

/** Returns the state as a break-glass has left it that is noted in this folder, and that the journal does not know of yet. */
export async function withUnheard(session: Session, state: State): Promise<{ readonly state: State; readonly notes: readonly string[] }> {
  const [folder, name] = [folderOf(session), journalName(state.plan)]
  if (!mayBeRecorded(folder, name)) return { state, notes: [] }
  const [{ readRecord }, { asNoted }] = await Promise.all([import('../adapters/state/break-glass.ts'), import('../engine/noted.ts')])
  const record = readRecord(folder, name)
  return record ? asNoted(record, state, folder) : { state, notes: [] }
}

/** Returns the folder in which a break-glass is noted. */
export function folderOf({ place }: Session): string {
  return join(place.folder, '.rollout')
}
