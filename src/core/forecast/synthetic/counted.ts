import type { CountedReadings } from '../../judge/count-all.ts'
import type { Counted } from '../../judge/counting.ts'
import type { Ramp } from '../../judge/comparison.ts'
import type { Phase, Plan } from '../../plan/plan.ts'
import type { GroupTraffic, PairTraffic } from './pair-traffic.ts'

type Latency = GroupTraffic['latency']

/** Returns what a poll of the phase's metrics counts of made-up traffic, as they are counted where this ramp is. */
export function countTraffic({ metrics }: Plan, phase: Phase, ramp: Ramp | undefined, { on, off }: PairTraffic): CountedReadings {
  const counted: Record<string, Counted> = {}
  const names = [...phase.metrics, ...phase.success.map(({ metric }) => metric)]
  for (const name of names) {
    const { measures } = metrics[name] ?? { measures: { what: 'gauge' } }
    const isSplit = ramp?.metrics[name] !== undefined
    if (measures.what === 'failures')
      counted[name] = { is: 'ratio', gained: isSplit ? { on: failuresOf(on), off: failuresOf(off) } : { all: together(on, off) } }
    if (measures.what === 'latency')
      counted[name] = {
        is: 'quantile',
        quantile: measures.quantile,
        gained: isSplit ? { on: on.latency, off: off.latency } : { all: added(on.latency, off.latency) },
      }
  }
  return counted
}

function failuresOf({ bad, total }: GroupTraffic) {
  return { bad, total }
}

function together(on: GroupTraffic, off: GroupTraffic) {
  return { bad: on.bad + off.bad, total: on.total + off.total }
}

function added(on: Latency, off: Latency): Latency {
  if (off['+Inf'] === 0) return on
  if (on['+Inf'] === 0) return off
  return Object.fromEntries(Object.entries(on).map(([le, count]) => [le, count + (off[le] ?? 0)]))
}
