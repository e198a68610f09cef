import { slowerThan, type Histogram } from '../../evidence/buckets.ts'
import type { Poll } from '../../evidence/poll.ts'
import type { Duration } from '../../values/units.ts'
import type { Flow } from '../outlook.ts'
import { poisson, type Chance } from './chance.ts'

/** Requests of one metric: shares of them beyond each of its bounds, the lowest bound first; a failure is beyond its only one. */
export interface FlowSource {
  readonly metric: string
  readonly isLatency: boolean
  readonly perSecond: number
  readonly beyond: readonly { readonly le: string; readonly off: number; readonly on: number }[]
}

/** What both groups of one source did between two polls. */
export interface DrawnFlow {
  readonly source: FlowSource
  readonly on: Histogram
  readonly off: Histogram
}

const FAILED = 'failed'

/** Returns what is counted of these flows, with the change `times` as bad: in failures, or in the first flow where none are counted. That source comes first. */
export function sourcesOf(flows: readonly Flow[], times: number): readonly FlowSource[] {
  const metrics = [
    ...new Set(flows.toSorted((a, b) => (a.le === undefined ? 0 : 1) - (b.le === undefined ? 0 : 1)).map(({ metric }) => metric)),
  ]
  return metrics.map((metric, nth) => {
    const own = flows.filter((flow) => flow.metric === metric).toSorted((a, b) => b.rate - a.rate)
    const worse = nth === 0 ? times : 1
    return {
      metric,
      isLatency: own.some(({ le }) => le !== undefined),
      perSecond: own[0]?.perSecond ?? 0,
      beyond: own.map(({ le = FAILED, rate }) => ({ le, off: rate, on: Math.min(1, rate * worse) })),
    }
  })
}

/** Draws what one source counts between two polls, with the change on for this share (0–1). */
export function drawSource(
  { perSecond, beyond }: FlowSource,
  share: number,
  interval: Duration,
  chance: Chance,
): Omit<DrawnFlow, 'source'> {
  const requests = (perSecond * interval) / 1000
  const group = (mean: number, is: 'on' | 'off'): Histogram => {
    const rates = beyond.map((each) => each[is])
    // Between two bounds lie those beyond the lower and not beyond the higher.
    const parts = rates.map((rate, nth) => poisson(mean * Math.max(0, rate - (rates[nth + 1] ?? 0)), chance))
    let within = poisson(mean * (1 - (rates[0] ?? 0)), chance)
    const all = within + parts.reduce((sum, part) => sum + part, 0)
    const bounds = beyond.map(({ le }, nth) => {
      const upTo = within
      within += parts[nth] ?? 0
      return [le, upTo] as const
    })
    return { ...Object.fromEntries(bounds), '+Inf': all }
  }
  return { on: group(requests * share, 'on'), off: group(requests * (1 - share), 'off') }
}

/** Returns how many of these requests are bad: beyond the lowest bound. */
export function badOf({ beyond }: FlowSource, histogram: Histogram): number {
  return slowerThan(beyond[0]?.le ?? '', histogram)?.bad ?? 0
}

/** Returns the counts as a poll has them. */
export function countsOf(drawn: readonly DrawnFlow[]): Pick<Poll, 'errors' | 'latency'> {
  const failures = ({ on, off }: DrawnFlow) => ({ on: slowerThan(FAILED, on), off: slowerThan(FAILED, off) })
  return {
    errors: Object.fromEntries(drawn.filter(({ source }) => !source.isLatency).map((each) => [each.source.metric, failures(each)])),
    latency: Object.fromEntries(
      drawn.filter(({ source }) => source.isLatency).map(({ source: { metric }, on, off }) => [metric, { on, off }]),
    ),
  }
}
