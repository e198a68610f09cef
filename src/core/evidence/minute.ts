import type { Duration } from '../values/units.ts'

/** What wanders is learned in pieces of this length: a memory of polls would be shorter where they come more often. */
export const MINUTE: Duration = 60_000

/** Tells whether what was gathered until its newest poll, which lasted `newest`, is a minute as nearly as its polls can make one. */
export function makesMinute(gathered: Duration, newest: Duration, minute = MINUTE): boolean {
  return gathered + newest / 2 >= minute
}
