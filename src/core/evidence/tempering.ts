import type { Duration } from '../values/units.ts'
import { information, plus, type Pair } from './likelihood.ts'
import { MINUTE, makesMinute } from './minute.ts'
import type { Policy } from './policy.ts'

/**
 * The noise of one stream as far as it is known, beyond that of independent requests: requests that fail together
 * (dispersion, φ) and a ratio that wanders while nothing is wrong (drift, τ², the long-run variance of its logarithm).
 * Both are learned around a running mean of the ratio, so that a constant harm is not taken for noise.
 */
export interface Noise extends Learned {
  /** The minute that is not over: its requests so far, and what was known before it. */
  readonly open?: Stretch & { readonly before: Learned }
}

interface Learned {
  /** Mantel–Haenszel sums of the running ratio, and the information in it; forgotten by 3 % a minute. */
  readonly above: number
  readonly below: number
  readonly known: number
  /** Weighted sums, with the weight of the prior. */
  readonly dispersion: readonly [sum: number, weight: number]
  readonly drift: readonly [sum: number, weight: number]
  /** Deviations of the last minutes, newest first, each weighted by how much it says about the drift. */
  readonly recent: readonly (readonly [deviation: number, weight: number])[]
}

const FORGETTING = 0.97
const PRIOR_WEIGHT = 5
const PRIOR_DRIFT = 0.05
const LEAST_DRIFT = 0.0125
const LAGS = 4
/** One freak minute moves the dispersion by this at most (a deviation of four σ). */
const CLIP = 16
/** … and one freak minute the drift by a factor e up or down. */
const FARTHEST = 1
/** Added to both Mantel–Haenszel sums: keeps the ratio finite while one side has seen no event. */
const SHRINK = 0.1
/** Information about the ratio before anything was seen: 1, give or take a factor e. */
const GUESSED = 1
const LEAST_HELD = 1e-6

/** Both groups for so long. */
export interface Stretch extends Pair {
  readonly lasted: Duration
}

export const QUIET: Noise = {
  above: 0,
  below: 0,
  known: 0,
  dispersion: [PRIOR_WEIGHT, PRIOR_WEIGHT],
  drift: [PRIOR_DRIFT * PRIOR_WEIGHT, PRIOR_WEIGHT],
  recent: [],
}

/** Returns φ̂: how many times the variance of independent requests. At least 1. */
export function dispersionOf({ dispersion: [sum, weight] }: Learned): number {
  return Math.max(1, sum / weight)
}

/** Returns τ̂²: how much the ratio of a minute wanders beyond that noise. */
export function driftOf({ drift: [sum, weight] }: Learned): number {
  return Math.max(LEAST_DRIFT, sum / weight)
}

/**
 * Returns η, the exponent on the likelihood ratio of a poll that lasted so long: 1/max(kφ̂, k + I·τ̂²), with k events
 * per cause (retries + 1) and the information I that a minute like it (or `wandersFor`) holds about the ratio: what
 * wanders for minutes is no less in a poll of seconds. `leastDrift` is a τ̂² known from elsewhere. 0 < η ≤ 1. Tempering
 * as in Grünwald 2012, "The safe Bayesian".
 */
export function tempering(
  noise: Learned,
  bound: number,
  { lasted, ...pair }: Stretch,
  { eventsPerCause, wandersFor = MINUTE }: Pick<Policy, 'eventsPerCause' | 'wandersFor'>,
  leastDrift = 0,
): number {
  const k = Math.max(1, eventsPerCause)
  const held = information(bound, pair) * Math.max(1, wandersFor / lasted)
  return 1 / Math.max(k * dispersionOf(noise), k + held * Math.max(leastDrift, driftOf(noise)))
}

/**
 * Returns the noise after one more poll: what is learned of a minute (or `wandersFor`) that is not over is learned anew
 * with each of its polls.
 */
export function learn(noise: Noise, { lasted, ...pair }: Stretch, wandersFor = MINUTE): Noise {
  const { open, ...known } = noise
  const before = open?.before ?? known
  const minute = open ? { on: plus(open.on, pair.on), off: plus(open.off, pair.off), lasted: open.lasted + lasted } : { ...pair, lasted }
  const learned = learnMinute(before, minute)
  return makesMinute(minute.lasted, lasted, wandersFor) ? learned : { ...learned, open: { ...minute, before } }
}

function learnMinute(noise: Learned, pair: Pair): Learned {
  const { on, off } = pair
  const all = on.total + off.total
  const events = on.bad + off.bad
  if (on.total === 0 || off.total === 0 || events === 0) return forget(noise, 0, 0, 0)

  const ratio = (noise.above + SHRINK) / (noise.below + SHRINK)
  const held = information(ratio, pair)
  const after = forget(noise, (on.bad * off.total) / all, (off.bad * on.total) / all, held)
  // Next to nothing can deviate by chance alone, and a division by it would not be a number. What comes first shows the
  // ratio, and not how it is scattered: a bad release would be taken for noise.
  if (held < LEAST_HELD || noise.known === 0) return after
  const expected = (events * on.total * ratio) / (on.total * ratio + off.total)
  // A recursive residual (Brown, Durbin & Evans 1975): the mean before the poll is itself uncertain.
  const spread = 1 + held / (noise.known + GUESSED)
  const squared = Math.min(CLIP, (on.bad - expected) ** 2 / (held * spread))
  const dispersion = [noise.dispersion[0] + squared, noise.dispersion[1] + 1] as const

  // A poll says as much about the drift as its own noise, 1/I, is small beside it.
  const weight = (PRIOR_DRIFT / (PRIOR_DRIFT + spread / held)) ** 2
  const deviation = Math.max(-FARTHEST, Math.min(FARTHEST, (on.bad - expected) / held))
  // Whatever is more than independent requests is taken for dispersion and for drift: the stricter of the two counts.
  const own = deviation ** 2 - spread / held
  let drift = weight * own
  noise.recent.forEach(([earlier, its], lag) => {
    drift += 2 * (1 - (lag + 1) / (LAGS + 1)) * Math.sqrt(weight * its) * deviation * earlier
  })
  return {
    ...after,
    dispersion,
    drift: [noise.drift[0] + drift, noise.drift[1] + weight],
    recent: [[deviation, weight] as const, ...noise.recent].slice(0, LAGS),
  }
}

function forget(noise: Learned, above: number, below: number, known: number): Learned {
  return {
    ...noise,
    above: noise.above * FORGETTING + above,
    below: noise.below * FORGETTING + below,
    known: noise.known * FORGETTING + known,
  }
}
