import { beyondLastOf, bucketQuantile } from '../judge/counters.ts'
import type { Track } from '../judge/track.ts'
import { evolveAlone, type Alone } from '../evidence/alone.ts'
import { NO_REQUESTS } from '../evidence/likelihood.ts'
import { worth } from '../evidence/mixture.ts'
import { weighSingle, type Standard } from '../judge/single.ts'
import type { Metric } from '../plan/metric.ts'
import type { Criterion } from '../plan/plan.ts'
import { holds } from '../values/rule.ts'
import type { Duration } from '../values/units.ts'
import { openRows } from './rows.ts'
import { BOUND_NAMES } from './synthetic/latency.ts'
import type { GroupTraffic } from './synthetic/pair-traffic.ts'

/** What a counting metric shows of its window, for as long as nothing is wrong and everything needed holds. */
export interface CalmWindow {
  /** The metric. */
  readonly name: string
  /** Takes one more poll; false, and nothing is taken, where the judge would have more to say of it. */
  take(everybody: GroupTraffic): boolean
  /** Gives the newest poll back. */
  giveBack(): void
  /** The track as the judge would have it. */
  readonly track: Track
}

interface Calm {
  readonly metric: Metric
  readonly criteria: readonly Criterion[]
  readonly standard: Standard | undefined
  readonly interval: Duration
}

/** The judge merges bins beyond this: such a window is left to it. */
const MOST_ROWS = 64

/** Opens the window of a metric that is healthy and shows all that is needed; undefined where the judge has to look itself. */
export function openCalmWindow(
  name: string,
  track: Track | undefined,
  { metric, criteria, standard, interval }: Calm,
): CalmWindow | undefined {
  const { measures } = metric
  if (!track || track.bins.length === 0 || track.verdict !== 'healthy' || !track.met || measures.what === 'gauge') return undefined
  // Steps that wait for good news of a rate need its bound at every poll.
  if (standard && (standard.isAwaited || track.single?.of !== standard.of)) return undefined
  const names = measures.what === 'failures' ? ['bad', 'total'] : BOUND_NAMES
  const bounds = names.map((le) => (le === '+Inf' ? Infinity : Number(le)))
  const whole = names.length - 1
  const rows = openRows(
    metric,
    track.bins.map((bin) => ({ for: bin.for, counts: names.map((each) => bin.counts[each] ?? 0) })),
  )
  const forbidden = [metric.critical, metric.warning].flatMap((rule) => (rule ? [rule.when] : []))
  const needed = [...(metric.success ? [metric.success] : []), ...criteria.map(({ rule }) => rule)]
  const limit = track.single?.limit ?? Infinity
  let { samples = 0 } = track
  let alone = track.single?.alone
  let before: { readonly samples: number; readonly alone: Alone | undefined } = { samples, alone }

  const valueOf = (sums: readonly number[]): number => {
    if (measures.what === 'latency') return bucketQuantile(bounds, sums, measures.quantile)
    return Math.round(sums[0] ?? 0) / Math.round(sums[whole] ?? 0)
  }
  const isCalm = (): boolean => {
    const { sums } = rows
    const [total, value] = [Math.round(sums[whole] ?? 0), valueOf(sums)]
    if (rows.length > MOST_ROWS || total < metric.minSamples || total === 0 || !Number.isFinite(value)) return false
    if (measures.what === 'latency' ? beyondLastOf(sums, measures.quantile) : value > 1) return false
    if (alone && worth(alone.above) >= limit) return false
    return !forbidden.some((rule) => holds(rule, value)) && needed.every((rule) => holds(rule, value))
  }
  const giveBack = (): void => {
    rows.pop()
    ;({ samples, alone } = before)
  }
  return {
    name,
    take: ({ total, bad, latency }) => {
      before = { samples, alone }
      rows.push(interval, measures.what === 'latency' ? latency : [bad, total])
      samples += total
      if (standard && alone && total > 0) alone = evolveAlone(alone, { bad, total }, standard.rate, standard.policy.eventsPerCause)
      if (isCalm()) return true
      giveBack()
      return false
    },
    giveBack,
    get track() {
      const { sums } = rows
      const total = Math.round(sums[whole] ?? 0)
      const bins = rows.all.map((row) => ({
        for: row.for,
        counts: Object.fromEntries(names.map((each, at) => [each, row.counts[at] ?? 0])),
      }))
      const bad = measures.what === 'failures' && { bad: Math.round(sums[0] ?? 0) }
      const { single } = track
      const now = standard && single && alone && { single: weighSingle(standard, { ...single, alone }, NO_REQUESTS) }
      return { ...track, bins, samples, value: valueOf(sums), ...bad, total, ...now }
    },
  }
}
