import { defined } from '../values/defined.ts'
import { negligibleAt, policyFor } from '../evidence/policy.ts'
import type { Plan } from '../plan/plan.ts'
import type { Duration } from '../values/units.ts'
import type { Flow } from './outlook.ts'
import { playRamp, RUNS, type PlayableRamp } from './ramp.ts'
import { seeded } from './synthetic/chance.ts'
import { sourcesOf } from './synthetic/flow-source.ts'

/** What comes of a bad release, in so many made-up rollouts. */
export interface BadForecast {
  /** As bad as the least that must not reach everybody, or as the `critical` rule of its metric. */
  readonly as: 'least' | 'critical'
  /** Where it is bad: the metric, and the bucket beyond which a request is slow. */
  readonly metric: string
  readonly le?: string
  /** Its share of bad requests, 0–1, and how many times that of what was before it. */
  readonly rate: number
  readonly times: number
  readonly runs: number
  /** How they ended; the others reached everybody. */
  readonly rolledBack: number
  readonly asked: number
  /** From its first user until it is rolled back, and within what nine of ten are; absent where so many never are. */
  readonly median?: Duration
  readonly within90?: Duration
  /** Requests with the change until it was stopped or went on, and those of them that were bad; means. */
  readonly exposed: number
  readonly failed: number
}

/**
 * Returns what comes of a release that is bad in failures, or in the first of these flows where none are counted, from its
 * first user on: weighed by evidence alone, as a good one is. The same every time.
 */
export function forecastBad(plan: Plan, ramp: PlayableRamp, flows: readonly Flow[]): readonly BadForecast[] {
  const [worst] = sourcesOf(flows, 1)
  const [bound] = worst?.beyond ?? []
  if (!worst || !bound || !(bound.off > 0)) return []
  const policy = policyFor(ramp.policy, worst.metric)
  const least = Math.max(policy.critical, 1 + negligibleAt(bound.off, policy) / bound.off)
  const critical = criticalIn(plan, worst.metric) / bound.off
  const forecastAs = (as: BadForecast['as'], times: number, interval: Duration): BadForecast => {
    const runs = Array.from({ length: RUNS }, (_, nth) => playRamp({ ...ramp, interval }, flows, times, seeded(nth)))
    const lasted = runs.flatMap((run) => (run.end === 'rolled back' ? [run.lasted] : [])).toSorted((a, b) => a - b)
    const within = (part: number): Duration | undefined => lasted[Math.ceil(RUNS * part) - 1]
    const mean = (of: 'exposed' | 'failed'): number => runs.reduce((all, run) => all + run[of], 0) / RUNS
    return defined({
      as,
      metric: worst.metric,
      le: worst.isLatency ? bound.le : undefined,
      rate: bound.off * times,
      times,
      runs: RUNS,
      rolledBack: lasted.length,
      asked: runs.filter(({ end }) => end === 'undecided').length,
      median: within(0.5),
      within90: within(0.9),
      exposed: mean('exposed'),
      failed: mean('failed'),
    })
  }
  return [
    ...(bound.off * least < 1 ? [forecastAs('least', least, ramp.interval)] : []),
    // It shows within a few polls: they come as they do in a rollout.
    ...(critical > least ? [forecastAs('critical', critical, plan.interval)] : []),
  ]
}

/** Returns the share of failures (0–1) that the rules of a metric call critical; 0 where they name none. */
function criticalIn({ metrics }: Plan, name: string): number {
  const { measures, critical } = metrics[name] ?? {}
  const { op = '<', threshold = 0 } = critical?.when ?? {}
  return measures?.what === 'failures' && op.startsWith('>') && threshold < 1 ? threshold : 0
}
