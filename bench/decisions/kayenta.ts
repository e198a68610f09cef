import { histogramOf } from '../../src/core/forecast/synthetic/latency.ts'
import { quantile } from '../../src/core/judge/counters.ts'
import type { PairTraffic } from '../../src/core/forecast/synthetic/pair-traffic.ts'
import { CLOCK, SHARES, type Decider } from './rollout.ts'

/** Part of the shift that it must exceed for certain (`fraction`). */
const FRACTION = 0.25
/** The 99 % quantile of a standard normal number: 98 % confidence on both sides (`confLevel`). */
const Z = 2.326

/**
 * Spinnaker's Kayenta: at the end of each step of ten minutes the step's error rates and p99 latencies, one value a
 * poll and group, are compared by rank (kayenta-judge, NetflixACAJudge.scala and MannWhitneyClassifier.scala); one of
 * two metrics that is High is a score of 50, below the marginal one. At 100 % there is nobody to compare with.
 */
export function kayenta(): Decider {
  let step: Pick<PairTraffic, 'on' | 'off'>[] = []
  return (seen, at, now) => {
    step.push(seen)
    if (now % CLOCK !== 0) return 'stay'
    const polls = step
    step = []
    if (at === SHARES.length) return 'complete'
    const values = (of: (group: PairTraffic['on']) => number): boolean =>
      isHigh(
        polls.map(({ on }) => of(on)).filter((value) => !Number.isNaN(value)),
        polls.map(({ off }) => of(off)).filter((value) => !Number.isNaN(value)),
      )
    return values(({ bad, total }) => bad / total) || values(({ latency }) => quantile(histogramOf(latency), 0.99) ?? Number.NaN)
      ? 'rollback'
      : 'up'
  }
}

/** Tells whether the shift between two samples (Hodges & Lehmann 1963) is up, by the interval that ranks give it. */
function isHigh(experiment: readonly number[], control: readonly number[]): boolean {
  const [m, n] = [experiment.length, control.length]
  const shifts = experiment.flatMap((value) => control.map((other) => value - other)).toSorted((a, b) => a - b)
  const rank = Math.ceil((m * n) / 2 - Z * Math.sqrt((m * n * (m + n + 1)) / 12))
  const [lower, middle] = [shifts[rank - 1], shifts[Math.floor((m * n) / 2)]]
  return lower !== undefined && middle !== undefined && lower > FRACTION * Math.abs(middle)
}
