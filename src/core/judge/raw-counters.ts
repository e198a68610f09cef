import type { Counters } from './counters.ts'
import type { Track, Watch } from './track.ts'

/** An event holds the raw counters of no more series than this: each is some 100 bytes, in every event there is. */
const MOST_SERIES = 100

/**
 * Returns a watch as an event keeps it: without its raw counters where they are many. What came of them stays; they
 * are only what the next poll is compared with, and for that the newest are enough.
 */
export function withoutManyCounters(watch: Watch): Watch {
  const { comparison } = watch
  const groups = Object.values(comparison?.last ?? {}).flatMap(({ on, off }) => [on, off])
  if (seriesIn([...Object.values(watch.tracks).flatMap(({ last = {} }) => [last]), ...groups]) <= MOST_SERIES) return watch
  const tracks = Object.entries(watch.tracks).map(([name, track]) => [name, withoutCounters(track)] as const)
  return { ...watch, tracks: Object.fromEntries(tracks), ...(comparison && { comparison: { ...comparison, last: {} } }) }
}

function withoutCounters(track: Track): Track {
  const { last: _, ...rest } = track
  return rest
}

function seriesIn(counters: readonly Counters[]): number {
  return counters.flatMap((each) => Object.values(each)).reduce((all, series) => all + Object.keys(series).length, 0)
}
