import type { Duration } from '../../core/values/units.ts'

/** Returns how long ago an answer was made that came out of a cache (RFC 9111, 5.1); 0 for one that did not. */
export function ageOf(headers: Readonly<Record<string, string>>): Duration {
  // A proxy behind a proxy may have written two: the first is that of the cache that is asked.
  const [, seconds = '0'] = /^\s*(\d{1,10})\s*(?:,|$)/.exec(headers['age'] ?? '') ?? []
  return Number(seconds) * 1000
}
