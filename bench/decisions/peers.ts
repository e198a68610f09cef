import { histogramOf } from '../../src/core/forecast/synthetic/latency.ts'
import { quantile } from '../../src/core/judge/counters.ts'
import type { GroupTraffic } from '../../src/core/forecast/synthetic/pair-traffic.ts'
import { CLOCK, SHARES, type Decider } from './rollout.ts'

/** What the peers are told to ask of the new version, with every poll: 99 % without error, p99 below a second (normal: 485 ms). */
function passes({ total, bad, latency }: GroupTraffic): boolean {
  return 1 - bad / total >= 0.99 && quantile(histogramOf(latency), 0.99) <= 1
}

/**
 * Argo Rollouts: background analysis beside steps with pauses of ten minutes, up to and including 100 %. More failed
 * measurements than `failureLimit` abort (analysis/analysis.go, assessMetricStatus); 0/0 is NaN, which fails.
 */
export function argo(failureLimit: number): Decider {
  let failed = 0
  return ({ on }, step, now) => {
    failed += passes(on) ? 0 : 1
    if (failed > failureLimit) return 'rollback'
    if (now % CLOCK !== 0) return 'stay'
    return step < SHARES.length ? 'up' : 'complete'
  }
}

const FLAGGER_THRESHOLD = 5

/**
 * Flagger: a check with each poll, a step up after each that passes; failed checks add up over the whole analysis and
 * are never taken back (pkg/controller/scheduler.go, advanceCanary). The one that moves to 100 % promotes unchecked.
 */
export function flagger(): Decider {
  let failed = 0
  return ({ on }, step) => {
    if (step === SHARES.length) return 'complete'
    if (passes(on)) return 'up'
    failed += 1
    return failed >= FLAGGER_THRESHOLD ? 'rollback' : 'stay'
  }
}
