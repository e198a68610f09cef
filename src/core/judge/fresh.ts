import type { Metric } from '../plan/metric.ts'
import { absent, type Reading } from '../values/reading.ts'
import { formatDuration, type Duration, type Instant } from '../values/units.ts'

/** A sample from further ahead than this is a wrong clock, not a fast network. */
const FUTURE: Duration = 60_000

/** Returns a reading that is new enough; `missing` where its sample is too old, or of no time. `now` is wall time. */
export function checkAge(metric: Metric, reading: Reading, now: Instant): Reading {
  if (reading.is === 'missing' || reading.at === undefined) return reading
  const age = now - reading.at
  if (!Number.isFinite(age)) return absent('malformed', `the time of the sample is ${reading.at}`)
  if (age > metric.maxAge)
    return absent('stale', `the last sample is ${formatDuration(age)} old (at most ${formatDuration(metric.maxAge)})`)
  if (age < -FUTURE) return absent('future', `the sample is ${formatDuration(-age)} ahead of this machine's clock`)
  return reading
}
