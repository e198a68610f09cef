import type { Phase } from '../plan/plan.ts'
import { absent } from '../values/reading.ts'
import { formatDuration, type Duration } from '../values/units.ts'
import type { CountedReadings } from './count-all.ts'

/** Returns how much of the settling time of a step is left once it has been watched for so long. */
export function settleLeft({ settle = 0 }: Pick<Phase, 'settle'>, watched: Duration): Duration {
  return Math.max(0, settle - watched)
}

/**
 * Returns the readings of a poll of a step that settles: every metric is unknown, whatever it shows. A cold start is no
 * evidence about the release, for it or against it.
 */
export function unsettled(counted: CountedReadings, left: Duration): CountedReadings {
  const reading = absent('settling', `${formatDuration(left)} left`)
  return Object.fromEntries(Object.keys(counted).map((name) => [name, reading]))
}
