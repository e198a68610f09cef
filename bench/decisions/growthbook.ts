import { histogramOf } from '../../src/core/forecast/synthetic/latency.ts'
import { slowerThan } from '../../src/core/evidence/buckets.ts'
import type { Group, Pair } from '../../src/core/evidence/likelihood.ts'
import { CLOCK, SHARES, type Decider } from './rollout.ts'

const ALPHA = 0.05
/** The sample size at which the interval is tightest (`sequential_tuning_parameter`). */
const TIGHTEST = 5000
/** Bad requests of one group before anything is said of them (`minSampleSize`). */
const LEAST_EVENTS = 150
/** About one request in a hundred is slower than this. */
const SLOW = '0.5'

/**
 * GrowthBook safe rollouts: steps by the clock, every poll a snapshot of all requests since the start; rolled back as
 * soon as a guardrail is a significant loser (packages/shared, decisionCriteria.ts, getSafeRolloutResultStatus), by a
 * one-sided sequential interval (gbstats/frequentist/tests.py, SequentialOneSidedTreatmentGreaterTTest; Waudby-Smith et
 * al. 2023, eq. 134 and 161), once there is enough data (hasEnoughData).
 */
export function growthbook(): Decider {
  let [errors, slow]: Pair[] = [NOTHING, NOTHING]
  return ({ on, off }, step, now) => {
    // At 100 % there is nobody to compare with: the last result stands.
    if (step < SHARES.length) {
      errors = sum(errors ?? NOTHING, halved({ on, off }))
      slow = sum(
        slow ?? NOTHING,
        halved({ on: slowerThan(SLOW, histogramOf(on.latency)) ?? NOBODY, off: slowerThan(SLOW, histogramOf(off.latency)) ?? NOBODY }),
      )
      if (isLoser(errors) || isLoser(slow)) return 'rollback'
    }
    if (now % CLOCK !== 0) return 'stay'
    return step < SHARES.length ? 'up' : 'complete'
  }
}

const NOBODY: Group = { total: 0, bad: 0 }
const NOTHING: Pair = { on: NOBODY, off: NOBODY }

/** Of those who have the toggle off as many are compared as have it on: totals over steps are no paradox (Simpson). */
function halved({ on, off }: Pair): Pair {
  const part = off.total > 0 ? on.total / off.total : 0
  return { on, off: { total: off.total * part, bad: off.bad * part } }
}

function sum(one: Pair, other: Pair): Pair {
  const add = (a: Group, b: Group): Group => ({ total: a.total + b.total, bad: a.bad + b.bad })
  return { on: add(one.on, other.on), off: add(one.off, other.off) }
}

/** Tells whether the lower bound of the relative difference is above nothing. */
function isLoser({ on, off }: Pair): boolean {
  if (on.bad === 0 || off.bad === 0 || Math.max(on.bad, off.bad) < LEAST_EVENTS) return false
  const [a, b] = [off.bad / off.total, on.bad / on.total]
  const variance = (b * (1 - b)) / (a ** 2 * on.total) + (a * (1 - a) * b ** 2) / (a ** 4 * off.total)
  const n = on.total + off.total
  const log = -2 * Math.log(2 * ALPHA)
  const rho2 = (log + Math.log(log + 1)) / TIGHTEST
  const width = ((2 * (n * rho2 + 1)) / (n ** 2 * rho2)) * Math.log(1 + Math.sqrt(n * rho2 + 1) / (2 * ALPHA))
  return (b - a) / a > Math.sqrt(variance * n * width)
}
