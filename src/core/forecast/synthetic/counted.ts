import type { CountedReadings } from '../../judge/count-all.ts'
import type { Counted } from '../../judge/counting.ts'
import type { Ramp } from '../../judge/comparison.ts'
import type { Phase, Plan } from '../../plan/plan.ts'
import { together, type GroupTraffic, type PairTraffic } from './pair-traffic.ts'

/** Returns what a poll of the phase's metrics counts of made-up traffic, as they are counted where this ramp is. */
export function countTraffic({ metrics }: Plan, phase: Phase, ramp: Ramp | undefined, { on, off }: PairTraffic): CountedReadings {
  const counted: Record<string, Counted> = {}
  const all = together(on, off)
  for (const name of [...phase.metrics, ...phase.success.map(({ metric }) => metric)]) {
    const { measures } = metrics[name] ?? { measures: { what: 'gauge' } }
    const gained = <Value>(of: (group: GroupTraffic) => Value) =>
      ramp?.metrics[name] === undefined ? { all: of(all) } : { on: of(on), off: of(off) }
    if (measures.what === 'failures') counted[name] = { is: 'ratio', gained: gained(({ bad, total }) => ({ bad, total })) }
    if (measures.what === 'latency')
      counted[name] = { is: 'quantile', quantile: measures.quantile, gained: gained(({ latency }) => latency) }
  }
  return counted
}
