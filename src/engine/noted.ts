import type { BreakGlassRecord } from '../adapters/state/break-glass.ts'
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
 * done with; none for one that is not. `path` is where it lies.
 */
export function askAboutOld(record: BreakGlassRecord, state: State, path: string): readonly string[] {
  if (!isSettled(record, state)) return []
  return [
    `the ${describeBreakGlass(record)} is not in the journal, which has gone on since: nothing is done about it.`,
    `Is it still to be? ${commandFor(state.plan, 'rollback --all')} takes everything back; without ${path} it is forgotten`,
  ]
}
