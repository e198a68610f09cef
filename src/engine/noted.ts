import type { BreakGlassRecord } from '../adapters/state/break-glass.ts'
import type { State } from '../core/journal/state.ts'
import { formatInstant } from '../core/values/units.ts'

/** Returns whether the journal has decided something since: the record is no order any more. */
export function isSettled({ at }: BreakGlassRecord, { decidedAt }: State): boolean {
  return at < decidedAt
}

/** Returns who broke the glass, when and why. */
export function describeBreakGlass({ actor, at, reason }: BreakGlassRecord): string {
  return `break-glass of ${actor} at ${formatInstant(at)}${reason === undefined ? '' : `: ${reason}`}`
}
