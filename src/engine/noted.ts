import type { BreakGlassRecord } from '../adapters/state/break-glass.ts'
import { recordPath } from '../adapters/state/recorded.ts'
import { journalName } from '../core/journal/identity.ts'
import type { State } from '../core/journal/state.ts'
import { defaultsOf } from '../core/plan/plan.ts'
import { commandFor } from '../core/policy/approval.ts'
import { isSame } from '../core/values/is-same.ts'
import { formatInstant } from '../core/values/units.ts'

/** Returns whether the journal has decided something since: the record is no order any more. */
export function isSettled({ at }: BreakGlassRecord, { decidedAt }: State): boolean {
  return at < decidedAt
}

/** Returns who broke the glass, when and why. */
export function describeBreakGlass({ actor, at, reason }: BreakGlassRecord): string {
  return `break-glass of ${actor} at ${formatInstant(at)}${reason === undefined ? '' : `: ${reason}`}`
}

/** Returns whether the journal has taken every toggle back since: nothing is left to ask about the record. */
export function isDone({ at }: BreakGlassRecord, { decidedAt, status, intent, exposures, plan }: State): boolean {
  return at <= decidedAt && status === 'rolled back' && !intent && isSame(exposures, defaultsOf(plan))
}

/**
 * Returns the lines that ask a person about a record that is older than what the journal has decided since, and may be long
 * done with; none for one that is not. It lies in `folder`.
 */
export function askAboutOld(record: BreakGlassRecord, state: State, folder: string): readonly string[] {
  if (!isSettled(record, state) || isDone(record, state)) return []
  const path = recordPath(folder, journalName(state.plan))
  return [
    `the ${describeBreakGlass(record)} is not in the journal, which has gone on since: nothing is done about it.`,
    `Is it still to be? ${commandFor(state.plan, 'rollback --all')} takes everything back; without ${path} it is forgotten`,
  ]
}

/** Returns the state as a record has left it that the journal does not know of yet, and what is to be said of the record. */
export function asNoted(
  record: BreakGlassRecord,
  state: State,
  folder: string,
): { readonly state: State; readonly notes: readonly string[] } {
  if (isSettled(record, state)) return { state, notes: askAboutOld(record, state, folder) }
  const { intent: _, ...rest } = state
  const why = { code: 'operator', text: describeBreakGlass(record) } as const
  const stopped = { why, at: record.at, actor: record.actor, seq: state.seq }
  return {
    state: { ...rest, status: 'rolled back', cursor: -1, exposures: defaultsOf(state.plan), stopped },
    notes: [`the journal does not say so yet: ${commandFor(state.plan, 'rollback')} records it, and looks at every target`],
  }
}
