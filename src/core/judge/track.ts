import type { Answers } from './answers.ts'
import type { Comparison } from './comparison.ts'
import type { Bin } from './bin.ts'
import type { Countings } from './count-all.ts'
import type { Missing } from '../values/reading.ts'
import type { Metric } from '../plan/metric.ts'
import type { Single, Standard } from './single.ts'
import type { Duration } from '../values/units.ts'

export type Verdict = 'healthy' | 'warning' | 'critical' | 'unknown'

/** The memory of one metric between two polls. Plain data: it lives in the journal. */
export interface Track {
  readonly verdict: Verdict
  /** The success rule holds (or there is none and nothing is wrong). */
  readonly met: boolean
  readonly value?: number
  /** Counts behind the value: the window's, since the step was reached. */
  readonly bad?: number
  readonly total?: number
  /** What the value counted, e.g. the names of alerts. */
  readonly note?: string
  /** Requests since the step was reached; only for counting metrics. */
  readonly samples?: number
  readonly missing?: { readonly reason: Missing; readonly detail: string }
  /** For how long of watched time each has been true without a gap; absent when it is not true. */
  readonly criticalFor?: Duration
  readonly warningFor?: Duration
  readonly unknownFor?: Duration
  /** For how long nothing was wrong and the success rule did not hold. */
  readonly unmetFor?: Duration
  /** Since the step was reached a value was not critical: one that is now is of this step. */
  readonly wasCalm?: true
  /** A warning came before the silence: not seeing it is no recovery. */
  readonly warned?: true
  /** Increments since the step was reached, oldest first. */
  readonly bins: readonly Bin[]
  /** The evidence about the rate, where failures are counted. */
  readonly single?: Single
}

/** A step has only just begun, or a process: what is missing comes with time. */
const PASSING: ReadonlySet<Missing> = new Set<Missing>(['first-poll', 'few-samples', 'no-traffic', 'reset', 'looks-back', 'settling'])

/** Tells whether a reading is missing because there was too little time for one, and not because something is wrong. */
export function isPassing({ missing }: Pick<Track, 'missing'>): boolean {
  return missing !== undefined && PASSING.has(missing.reason)
}

/** A metric of the phase under way; without a track where nothing was measured yet. */
export interface Tracked {
  readonly name: string
  readonly metric: Metric
  readonly track?: Track
}

/** A time by the clock of a store that several machines share, and whose it is: times of two domains do not compare. */
export interface StoreTime {
  readonly at: Duration
  readonly domain: string
}

/** Where the clock of a store stands at least. */
export interface SharedTime extends StoreTime {
  /** It may have been later than that by so much: as long as the answer of the store was on its way. */
  readonly within?: Duration
}

/** Everything watched at the current step. */
export interface Watch {
  /** Where the monotonic clock stood at the last poll, and whose clock it was. */
  readonly monotonic: Duration
  readonly domain: string
  /** The time of the shared store, where it was asked, up to which this watch counts: it may be later than the poll, never earlier. */
  readonly shared?: StoreTime
  /** The poll before this one was timed by a clock that does not compare: no time between them counts. */
  readonly isSevered?: true
  /** Nobody watched for so long before this poll: that time does not count. */
  readonly gap?: Duration
  /** Proven hold time at this step. */
  readonly credit: Duration
  /** For how long the step has been watched, proven or not. */
  readonly watched?: Duration
  readonly tracks: { readonly [metric: string]: Track }
  readonly counting?: Countings
  /** Criterion key (`phase/index`) → how long it has held. */
  readonly criteria: { readonly [criterion: string]: Duration }
  /** What the two groups have shown since the change under way began. */
  readonly comparison?: Comparison
  /** Who still uses what the next step takes away; only where that is asked for. */
  readonly answers?: Answers
}

/** Returns the watch as evidence about a single group begins anew. */
export function withoutSingles(watch: Watch): Watch {
  return mapTracks(watch, (track) => withStandard(track, undefined))
}

/** Returns the watch as patience begins anew: with what is not met, and with what cannot be read. */
export function withPatience(watch: Watch): Watch {
  return mapTracks(watch, (track) => {
    const { unmetFor: _u, unknownFor: _n, ...rest } = track
    return rest
  })
}

function mapTracks(watch: Watch, make: (track: Track) => Track): Watch {
  return { ...watch, tracks: Object.fromEntries(Object.entries(watch.tracks).map(([name, track]) => [name, make(track)])) }
}

/** Returns a track without its evidence where the plan no longer holds the metric to that standard. */
export function withStandard(track: Track, standard: Standard | undefined): Track {
  if (!track.single || track.single.of === standard?.of) return track
  const { single: _, ...rest } = track
  return rest
}
