import { beyondLastOf, bucketQuantile } from '../judge/counters.ts'
import type { Track } from '../judge/track.ts'
import type { Counted } from '../judge/counting.ts'
import { evolveAlone, type Alone } from '../evidence/alone.ts'
import { worth } from '../evidence/mixture.ts'
import { weighSingle, type Standard } from '../judge/single.ts'
import type { Criterion, Metric } from '../plan/plan.ts'
import { holds } from '../values/rule.ts'
import type { Duration } from '../values/units.ts'

/** What a counting metric shows of its window, for as long as nothing is wrong and everything needed holds. */
export interface CalmWindow {
  /** Takes one more poll; false, and nothing is taken, where the judge would have more to say of it. */
  take(counted: Counted): boolean
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

interface Row {
  readonly for: Duration
  readonly counts: readonly number[]
}

const NOBODY = { total: 0, bad: 0 }

/** The judge merges bins beyond this: such a window is left to it. */
const MOST_ROWS = 64

/** Opens the window of a metric that is healthy and shows all that is needed; undefined where the judge has to look itself. */
export function openCalmWindow(track: Track | undefined, { metric, criteria, standard, interval }: Calm): CalmWindow | undefined {
  const [newest] = track?.bins.slice(-1) ?? []
  if (!track || !newest || track.verdict !== 'healthy' || !track.met) return undefined
  // Steps that wait for good news of a rate need its bound at every poll.
  if (standard && (standard.isAwaited || track.single?.of !== standard.of)) return undefined
  const { measures } = metric
  const isRatio = measures.what === 'failures'
  const names = Object.keys(newest.counts).toSorted((a, b) => (isRatio ? (a < b ? -1 : 1) : boundOf(a) - boundOf(b)))
  const bounds = names.map(boundOf)
  const whole = names.length - 1
  let rows: Row[] = track.bins.map((bin) => ({ for: bin.for, counts: names.map((name) => bin.counts[name] ?? 0) }))
  let { samples = 0 } = track
  let alone = track.single?.alone
  let before: { readonly rows: Row[]; readonly samples: number; readonly alone: Alone | undefined } = { rows, samples, alone }

  const sums = (): readonly number[] => names.map((_, at) => rows.reduce((all, { counts }) => all + (counts[at] ?? 0), 0))
  const valueOf = (sum: readonly number[]): number => {
    if (measures.what === 'latency') return bucketQuantile(bounds, sum, measures.quantile)
    return Math.round(sum[0] ?? 0) / Math.round(sum[whole] ?? 0)
  }
  const isCalm = (): boolean => {
    const sum = sums()
    const [total, value] = [Math.round(sum[whole] ?? 0), valueOf(sum)]
    if (rows.length > MOST_ROWS || total < metric.minSamples || total === 0 || !Number.isFinite(value)) return false
    if (isRatio ? value > 1 : measures.what === 'latency' && beyondLastOf(sum, measures.quantile)) return false
    if ([metric.critical, metric.warning].some((rule) => rule && holds(rule.when, value))) return false
    if (alone && track.single && worth(alone.above) >= track.single.limit) return false
    return (!metric.success || holds(metric.success, value)) && criteria.every(({ rule }) => holds(rule, value))
  }
  return {
    take: (counted) => {
      if (counted.is !== 'ratio' && counted.is !== 'quantile') return false
      const { all = {} } = counted.gained
      const counts = names.map((name) => all[name] ?? 0)
      before = { rows, samples, alone }
      rows = trimmed([...rows, { for: interval, counts }], metric, whole)
      samples += counts[whole] ?? 0
      const { bad = 0, total = 0 } = all
      if (standard && alone && total > 0) alone = evolveAlone(alone, { bad, total }, standard.rate, standard.policy.eventsPerCause)
      if (isCalm()) return true
      ;({ rows, samples, alone } = before)
      return false
    },
    giveBack: () => {
      ;({ rows, samples, alone } = before)
    },
    get track() {
      const sum = sums()
      const total = Math.round(sum[whole] ?? 0)
      const bins = rows.map((row) => ({ for: row.for, counts: Object.fromEntries(names.map((name, at) => [name, row.counts[at] ?? 0])) }))
      const bad = isRatio && { bad: Math.round(sum[0] ?? 0) }
      const { single } = track
      const now = standard && single && alone && { single: weighSingle(standard, { ...single, alone }, NOBODY) }
      return { ...track, bins, samples, value: valueOf(sum), ...bad, total, ...now }
    },
  }
}

function boundOf(le: string): number {
  return le === '+Inf' ? Infinity : Number(le)
}

/** As `trim` of the judge does it. */
function trimmed(rows: Row[], { window, minSamples }: Metric, whole: number): Row[] {
  let length = rows.reduce((all, row) => all + row.for, 0)
  let samples = rows.reduce((all, row) => all + (row.counts[whole] ?? 0), 0)
  let from = 0
  for (const row of rows) {
    length -= row.for
    samples -= row.counts[whole] ?? 0
    if (length < window || samples < minSamples) break
    from += 1
  }
  return rows.slice(from)
}
