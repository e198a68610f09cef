import { RolloutError } from '../core/values/errors.ts'
import { parseDuration, type Instant } from '../core/values/units.ts'

/** The forms of a time before now, for whoever typed another. */
export const WHEN_HINT = 'a duration before now (7d, 36h) or a time in UTC (2026-11-20, 2026-11-20T03:00Z)'

/** Returns the instant that was typed behind `--name`; undefined where nothing was. Throws `usage` where it is none. */
export function instantOf(name: string, written: string | undefined, now: Instant): Instant | undefined {
  if (written === undefined) return undefined
  const ago = parseDuration(written)
  if (ago !== undefined) return now - ago
  const at = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?Z)?$/.test(written) ? Date.parse(written.replace(' ', 'T')) : Number.NaN
  if (Number.isNaN(at)) throw new RolloutError('usage', { message: `--${name} ${written} is no time`, hint: WHEN_HINT })
  return at
}
