import type { Duration, Instant } from '../../core/values/units.ts'
import type { Response } from './http.ts'

/** Nobody is left alone for longer, whatever a server says. */
const LONGEST: Duration = 3_600_000

/**
 * Returns how long a server asks to be left alone, at most an hour: seconds or a date (RFC 9110, 10.2.3), which is told
 * by the clock of the server where it shows one. Undefined where it asks for nothing, or in other words.
 */
export function retryAfter({ headers }: Pick<Response, 'headers'>, now: Instant): Duration | undefined {
  const said = headers['retry-after']?.trim() ?? ''
  const there = dateOf(headers['date'] ?? '')
  const wait = /^\d+$/.test(said) ? Number(said) * 1000 : dateOf(said) - (Number.isNaN(there) ? now : there)
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(wait, 0), LONGEST)
}

/** NaN for what is none: `Date.parse` alone takes `-5` for a date. */
function dateOf(said: string): Instant {
  return said.endsWith(' GMT') ? Date.parse(said) : Number.NaN
}
