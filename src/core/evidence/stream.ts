import { beginMixture, grow, unbegun, worth, type Mixture } from './mixture.ts'
import { HARM, PROOF, lnRatios, temper, type Hypotheses } from './hypotheses.ts'
import { NO_REQUESTS, plus, type Pair } from './likelihood.ts'
import { MINUTE } from './minute.ts'
import type { Policy } from './policy.ts'
import type { Division } from './share.ts'
import { QUIET, learn, tempering, type Noise, type Stretch } from './tempering.ts'

/**
 * One stream of bad requests: failed ones, or those slower than one bucket of a histogram. Plain data, folded poll by
 * poll.
 */
export interface EvidenceStream {
  readonly noise: Noise
  /** Against "within the tolerance", over the whole rollout, with restarts for what begins late. */
  readonly harm: Mixture
  /** Against "critical", since the step was reached. */
  readonly proof: Mixture
  /** Minutes whose evidence counted: the t of the restarts. */
  readonly minutes: number
  /** The tallies since the step was reached, and those of the steps before, oldest first. */
  readonly step: Tally
  readonly past: readonly Tally[]
}

/** Sums over polls with the same division of traffic. */
export interface Tally extends Pair {
  /** Requests of the first stretch of it. Groups that are scraped in turn have had them for another time each. */
  readonly first?: Division
  /** Bad requests of both groups as they counted: each poll's times its η. */
  readonly tempered: { readonly on: number; readonly off: number }
}

/** What may be taken from a stretch of time: all of it, only what speaks against the hypotheses, or nothing. */
export type Trust = 'all' | 'losses' | 'none'

export const EMPTY_TALLY: Tally = { on: NO_REQUESTS, off: NO_REQUESTS, tempered: { on: 0, off: 0 } }

/** Prior mass of a regression that is there from the start, comes with a step, or at any time. */
const AT_START = 0.5
const AT_STEPS = 0.3
const AT_ANY_TIME = 0.2

/** Steps remembered for what a person reads; more are only made by stepping back and forth. */
const MOST_PAST = 16

/** A stream at the first step. */
export const FRESH: EvidenceStream = {
  noise: QUIET,
  harm: beginMixture(unbegun(HARM.multiples.length), AT_START, HARM.weights),
  proof: beginMixture(unbegun(PROOF.multiples.length), 1, PROOF.weights),
  minutes: 0,
  step: EMPTY_TALLY,
  past: [],
}

/**
 * Returns the stream as another step begins. A regression may come with it; what was proven at another exposure is not
 * proven at this one. The noise is the traffic's own and stays learned.
 */
export function enterStep(stream: EvidenceStream, { shares }: Policy): EvidenceStream {
  return {
    ...stream,
    harm: beginMixture(stream.harm, AT_STEPS / Math.max(1, shares.length - 1), HARM.weights),
    proof: FRESH.proof,
    step: EMPTY_TALLY,
    past: [...stream.past, stream.step].slice(-MOST_PAST),
  }
}

/**
 * Returns the stream after a stretch of time. `leastDrift` is how much the other streams wandered before it: what moves one
 * moves others.
 */
export function evolveStream(before: EvidenceStream, stretch: Stretch, policy: Policy, trust: Trust, leastDrift = 0): EvidenceStream {
  if (trust === 'none') return before
  const t = before.minutes
  const minutes = t + stretch.lasted / MINUTE
  const restarted = beginMixture(before.harm, AT_ANY_TIME * (1 / (t + 1) - 1 / (minutes + 1)), HARM.weights)
  const noise = trust === 'all' ? learn(before.noise, stretch, policy.wandersFor) : before.noise
  const harm = weigh(HARM, policy.tolerance)
  const proof = weigh(PROOF, policy.critical)
  return {
    noise,
    harm: grow(restarted, harm.factors),
    proof: grow(before.proof, proof.factors),
    minutes,
    step: add(before.step, stretch, harm.eta),
    past: before.past,
  }

  function weigh(hypotheses: Hypotheses, bound: number): { readonly eta: number; readonly factors: readonly number[] } {
    const old = tempering(before.noise, bound, stretch, policy, leastDrift)
    const now = tempering(noise, bound, stretch, policy, leastDrift)
    const factors = temper(lnRatios(hypotheses, bound, stretch), old, now)
    return { eta: Math.min(old, now), factors: trust === 'losses' ? factors.map((each) => Math.min(1, each)) : factors }
  }
}

/** Returns how many to one that the release is worse than tolerated. */
export function harmOf({ harm }: EvidenceStream): number {
  return worth(harm)
}

/** Returns how many to one that the release is not critical, since the step was reached. */
export function proofOf({ proof }: EvidenceStream): number {
  return worth(proof)
}

/**
 * Returns everything seen since the start, only to be shown: pooled over steps, a trend looks like harm (Simpson's
 * paradox).
 */
export function totalOf({ step, past }: EvidenceStream): Pair {
  return past.reduce<Pair>((all, each) => ({ on: plus(all.on, each.on), off: plus(all.off, each.off) }), step)
}

/** Returns the requests that tell how the traffic divides: those since the first stretch of a step. */
export function divisionOf({ on, off, first = { on: 0, off: 0 } }: Tally): Division {
  return { on: on.total - first.on, off: off.total - first.off }
}

function add({ on, off, tempered, first }: Tally, pair: Pair, eta: number): Tally {
  return {
    first: first ?? { on: pair.on.total, off: pair.off.total },
    on: plus(on, pair.on),
    off: plus(off, pair.off),
    tempered: { on: tempered.on + pair.on.bad * eta, off: tempered.off + pair.off.bad * eta },
  }
}
