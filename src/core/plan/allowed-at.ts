import type { Duration, Instant } from '../values/units.ts'
import { opensAt, thawsAt } from './calendar.ts'
import type { Plan } from './plan.ts'

/** Longer than this nobody waits. */
const YEAR: Duration = 366 * 86_400_000

type Calendar = Pick<Plan, 'windows' | 'freezes'>

/**
 * Returns the earliest instant from `now` on at which windows and freezes allow a step up. Undefined when that is more
 * than a year away.
 */
export function allowedAt({ windows, freezes }: Calendar, now: Instant): Instant | undefined {
  for (let at = now; at <= now + YEAR;) {
    const thawed = thawsAt(freezes, at)
    const open = opensAt(windows, thawed)
    if (open === undefined) return undefined
    if (open === at) return at
    at = open
  }
  return undefined
}
