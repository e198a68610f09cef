import type { Track } from '../judge/track.ts'
import { openAloneLater } from '../evidence/alone-later.ts'
import { NO_REQUESTS } from '../evidence/likelihood.ts'
import { weighSingle, type Standard } from '../judge/single.ts'
import type { Metric } from '../plan/metric.ts'
import type { Criterion } from '../plan/plan.ts'
import { holds } from '../values/rule.ts'
import type { Duration } from '../values/units.ts'
import { measuringOf } from './measuring.ts'
import { openRows } from './rows.ts'
import type { GroupTraffic } from './synthetic/pair-traffic.ts'

/** What a counting metric shows of its window, for as long as nothing is wrong and everything needed holds. */
export interface CalmWindow {
  /** The metric. */
  readonly name: string
  /** Whose requests it counts. */
  readonly side: 'all' | 'on'
  /** Takes one more poll; false, and nothing is taken, where the judge would have more to say of it. */
  take(gained: GroupTraffic): boolean
  /** Gives the newest poll back. */
  giveBack(): void
  /** The track as the judge would have it. */
  track(): Track
}

interface Calm {
  readonly metric: Metric
  readonly criteria: readonly Criterion[]
  readonly standard: Standard | undefined
  readonly side: CalmWindow['side']
  readonly interval: Duration
}

/** The judge merges bins beyond this: such a window is left to it. */
const MOST_ROWS = 64

/** Opens the window of a metric that is healthy and shows all that is needed; undefined where the judge has to look itself. */
export function openCalmWindow(
  name: string,
  track: Track | undefined,
  { metric, criteria, standard, side, interval }: Calm,
): CalmWindow | undefined {
  const { measures } = metric
  if (!track || track.bins.length === 0 || track.verdict !== 'healthy' || !track.met || measures.what === 'gauge') return undefined
  // Steps that wait for good news of a rate need its bound at every poll.
  if (standard && (standard.isAwaited || track.single?.of !== standard.of)) return undefined
  const forbidden = [metric.critical, metric.warning].flatMap((rule) => (rule ? [rule.when] : []))
  const needed = [...(metric.success ? [metric.success] : []), ...criteria.map(({ rule }) => rule)]
  const isFine = (value: number): boolean => {
    for (const rule of forbidden) if (holds(rule, value)) return false
    for (const rule of needed) if (!holds(rule, value)) return false
    return true
  }
  const measuring = measuringOf(measures, isFine)
  const rows = openRows(
    metric,
    track.bins.map((bin) => ({ for: bin.for, gained: measuring.gainedBy(bin.counts) })),
    measuring.partOf,
  )
  const single = standard && track.single
  const alone = single && openAloneLater(single.alone, { ...standard.policy, rate: standard.rate, limit: single.limit })
  let { samples = 0 } = track
  let hasSaid = false

  const isCalm = (): boolean => {
    const total = rows.total()
    if (rows.length() > MOST_ROWS || total < metric.minSamples || total === 0) return false
    if (measuring.isSurelyFine(total, rows.part())) return true
    const value = measuring.valueOf(rows)
    return value !== undefined && Number.isFinite(value) && isFine(value)
  }
  return {
    name,
    side,
    take: (gained) => {
      rows.push(interval, gained)
      samples += gained.total
      // A poll without a request says nothing of a rate.
      hasSaid = gained.total > 0
      if (isCalm()) {
        if (!alone || !hasSaid || alone.take(gained)) return true
        alone.giveBack()
      }
      samples -= rows.pop()
      return false
    },
    giveBack: () => {
      samples -= rows.pop()
      if (hasSaid) alone?.giveBack()
    },
    track: () => {
      const bins = rows.all().map(({ for: lasts, gained }) => ({ for: lasts, counts: measuring.countsOf(gained) }))
      const bad = measures.what === 'failures' && { bad: rows.part() }
      const now = alone && { single: weighSingle(standard, { ...single, alone: alone.weigh() }, NO_REQUESTS) }
      return { ...track, bins, samples, value: measuring.valueOf(rows) ?? Number.NaN, ...bad, total: rows.total(), ...now }
    },
  }
}
