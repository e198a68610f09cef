import { join } from 'node:path'
import { readRecord, recordPath } from '../adapters/state/break-glass.ts'
import { journalName } from '../core/journal/identity.ts'
import type { State } from '../core/journal/state.ts'
import { defaultsOf } from '../core/plan/plan.ts'
import { commandFor } from '../core/policy/approval.ts'
import type { Problem } from '../core/values/errors.ts'
import { askAboutOld, describeBreakGlass, isDone, isSettled } from '../engine/noted.ts'
import type { Session } from './session.ts'

/** Returns the state as a break-glass has left it that is noted in this folder, and that the journal does not know of yet. */
export function withUnheard(session: Session, state: State): { readonly state: State; readonly notes: readonly string[] } {
  const [folder, name] = [folderOf(session), journalName(state.plan)]
  const record = readRecord(folder, name)
  if (!record || isDone(record, state)) return { state, notes: [] }
  if (isSettled(record, state)) return { state, notes: [askAboutOld(record, state, recordPath(folder, name)).join(' ')] }
  const { intent: _, ...rest } = state
  const why = { code: 'operator', text: describeBreakGlass(record) } as const
  const stopped = { why, at: record.at, actor: record.actor, seq: state.seq }
  const after: State = { ...rest, status: 'rolled back', cursor: -1, exposures: defaultsOf(state.plan), stopped }
  return {
    state: after,
    notes: [`the journal does not say so yet: ${commandFor(state.plan, 'rollback')} records it, and looks at every target`],
  }
}

/** Returns what is to be said of a break-glass that is noted in this folder, where the journal of this name is gone or cannot be read. */
export function unheardBeside(session: Session, name: string): readonly Problem[] {
  const record = readRecord(folderOf(session), name)
  return record ? [{ message: `the ${describeBreakGlass(record)} is noted here, and is in no journal that can be read` }] : []
}

/** Returns the folder in which a break-glass is noted. */
export function folderOf({ place }: Session): string {
  return join(place.folder, '.rollout')
}
