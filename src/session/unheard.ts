import { join } from 'node:path'
import { readRecord } from '../adapters/state/break-glass.ts'
import { journalName } from '../core/journal/identity.ts'
import type { State } from '../core/journal/state.ts'
import { defaultsOf } from '../core/plan/plan.ts'
import { commandFor } from '../core/policy/approval.ts'
import { describeBreakGlass, isSettled } from '../engine/noted.ts'
import type { Session } from './session.ts'

/** Returns the state as a break-glass has left it that is noted in this folder, and that the journal does not know of yet. */
export function withUnheard(session: Session, state: State): { readonly state: State; readonly notes: readonly string[] } {
  const record = readRecord(folderOf(session), journalName(state.plan))
  if (!record || isSettled(record, state)) return { state, notes: [] }
  const { intent: _, ...rest } = state
  const why = { code: 'operator', text: describeBreakGlass(record) } as const
  const stopped = { why, at: record.at, actor: record.actor, seq: state.seq }
  const after: State = { ...rest, status: 'rolled back', cursor: -1, exposures: defaultsOf(state.plan), stopped }
  return {
    state: after,
    notes: [`the journal does not say so yet: ${commandFor(state.plan, 'rollback')} records it, and looks at every target`],
  }
}

/** Returns the folder in which a break-glass is noted. */
export function folderOf({ place }: Session): string {
  return join(place.folder, '.rollout')
}
