import type { CountedReadings } from '../../judge/count-all.ts'
import type { Counted } from '../../judge/counting.ts'
import type { Ramp } from '../../judge/comparison.ts'
import type { Phase, Plan } from '../../plan/plan.ts'
import { absent } from '../../values/reading.ts'
import { histogramOf } from './latency.ts'
import { together, type GroupTraffic, type PairTraffic } from './pair-traffic.ts'

const SILENT = absent('unreachable', 'the source did not answer')

/**
 * Returns what a poll of the phase's metrics counts of made-up traffic, as they are counted where this ramp is; nothing,
 * and why, where the source is silent.
 */
export function countTraffic({ metrics }: Plan, phase: Phase, ramp: Ramp | undefined, pair: PairTraffic): CountedReadings {
  const { on, off, isSilent = false } = pair
  const counted: Record<string, Counted> = {}
  const all = together(on, off)
  for (const name of [...phase.metrics, ...phase.success.map(({ metric }) => metric)]) {
    const { measures } = metrics[name] ?? { measures: { what: 'gauge' } }
    const gained = <Value>(of: (group: GroupTraffic) => Value) =>
      ramp?.metrics[name] === undefined ? { all: of(all) } : { on: of(on), off: of(off) }
    if (isSilent && measures.what !== 'gauge') counted[name] = SILENT
    else if (measures.what === 'failures') counted[name] = { is: 'ratio', gained: gained(({ bad, total }) => ({ bad, total })) }
    else if (measures.what === 'latency')
      counted[name] = { is: 'quantile', quantile: measures.quantile, gained: gained(({ latency }) => histogramOf(latency)) }
  }
  return counted
}
