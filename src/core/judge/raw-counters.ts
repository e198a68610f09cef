import type { Counters } from './counters.ts'
import type { Counting } from './counting.ts'
import type { Watch } from './track.ts'

/** An event holds the raw counters of no more series than this: each is some 100 bytes, in every event there is. */
const MOST_SERIES = 100

/**
 * Returns a watch as an event keeps it: without its raw counters where they are many. What came of them stays; they
 * are only what the next poll is compared with, and for that the newest are enough.
 */
export function withoutManyCounters(watch: Watch): Watch {
  const { counting = {} } = watch
  if (seriesIn(Object.values(counting).flatMap(({ last = {} }) => Object.values(last))) <= MOST_SERIES) return watch
  return { ...watch, counting: Object.fromEntries(Object.entries(counting).map(([name, each]) => [name, withoutCounters(each)])) }
}

function withoutCounters({ last: _l, marks: _m, ...rest }: Counting): Counting {
  return rest
}

function seriesIn(counters: readonly Counters[]): number {
  return counters.flatMap((each) => Object.values(each)).reduce((all, series) => all + Object.keys(series).length, 0)
}
