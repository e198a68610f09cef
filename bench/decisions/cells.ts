import type { Duration } from '../../src/core/values/units.ts'
import type { Options } from './options.ts'
import type { Cell } from './worker.ts'
import { RATES, type Rate } from './worlds.ts'

const MINUTE: Duration = 60_000
/** What changes with how often it is looked at, and is therefore played at every interval too. */
const AT_EVERY_INTERVAL = new Set([
  'good',
  'good, 2 % errors',
  'incident',
  'correlated noise',
  'both wander by 30 %',
  'incident apart',
  'retry storms',
  'scraped in turn',
  '2 % scraped in turn',
  '2 %',
])

/**
 * Returns the cells to play: what was asked for; otherwise, unless it may take long, all worlds once a minute, and
 * those where it matters at every interval.
 */
export function cellsFor({ worlds, rates, intervals, deciders, long, rollouts, seed }: Options): readonly Cell[] {
  const isPlayed = (world: string, rate: Rate, interval: Duration): boolean =>
    // With one request a second only a good release is of interest, and whether it is stopped.
    (rate !== 1 || world === 'good') &&
    (long || asked || interval === MINUTE || (AT_EVERY_INTERVAL.has(world) && (rate === 100 || world === 'good')))
  const asked = intervals.length < 3
  // The peers look once a minute; what they make of more and less traffic is shown where nothing is wrong.
  const isAsked = (world: string, rate: Rate, interval: Duration) => (name: string) =>
    name === 'ledger' || deciders.length === 1 || (interval === MINUTE && (long || rate === 100 || world === 'good'))
  return worlds.flatMap((world) =>
    RATES.filter((rate) => rates.includes(rate)).flatMap((rate) =>
      intervals
        .filter((interval) => isPlayed(world, rate, interval))
        .map((interval) => ({ world, rate, interval, rollouts, seed, deciders: deciders.filter(isAsked(world, rate, interval)) })),
    ),
  )
}
