import { exp, ln } from './elementary.ts'
import { ln1, upperBound } from './bound.ts'
import { faultOf } from './gap.ts'
import { NO_REQUESTS, plus, type Group } from './likelihood.ts'
import { beginMixture, grow, unbegun, worth, type Mixture } from './mixture.ts'
import { limitsOf, type Policy } from './policy.ts'

/** A rate worse than p* is one of these multiples of it, each as likely beforehand. */
const MULTIPLES = [1.1, 1.25, 1.5, 2, 3, 5, 10, 30]
const WEIGHTS = MULTIPLES.map(() => 1 / MULTIPLES.length)

/** No rate is above this: a multiple that would be is tried here instead. */
const HIGHEST = 0.999

/** Evidence about one group, when there is no other to compare it with. Plain data, folded poll by poll. */
export interface Alone {
  /** Against "the rate is at most …", with restarts for what begins late. */
  readonly above: Mixture
  readonly polls: number
  /** Seen since the step was reached. */
  readonly step: Group
  /** Why the newest poll did not count. */
  readonly refused?: string
}

/** Prior mass of a rate that is too high from the start; the rest begins at any time. */
const AT_START = 0.5

export const UNSEEN: Alone = { above: beginMixture(unbegun(MULTIPLES.length), AT_START, WEIGHTS), polls: 0, step: NO_REQUESTS }

/**
 * Returns the evidence after one more poll against "the rate is at most `rate`" (0 < rate < 1). Requests that fail
 * together count once. A product of Bernoulli likelihood ratios: E[LR] ≤ 1 whenever no poll's rate exceeded `rate`,
 * whatever it did below; Ville's inequality does the rest, as in `lnLikelihoodRatio`.
 */
export function evolveAlone(before: Alone, group: Group, rate: number, eventsPerCause: number): Alone {
  const { above, polls: t, step } = before
  const fault = faultOf(group)
  if (fault !== undefined) return { above, polls: t, step, refused: fault }
  const restarted = beginMixture(above, beginsAt(t), WEIGHTS)
  const factors: number[] = []
  for (const log of lnRates(rate, group)) factors.push(exp(Math.min(LN_MOST, log / Math.max(1, eventsPerCause))))
  return {
    above: grow(restarted, factors, UNDECIDED),
    polls: t + 1,
    step: plus(step, group),
  }
}

/** Returns the evidence after more polls, of which nothing is left, nor of what was before. */
export function passedBy(before: Alone, groups: readonly Group[]): Alone {
  let { polls } = before
  let { waiting } = before.above
  let { total, bad } = before.step
  for (const group of groups) {
    waiting -= Math.min(waiting, beginsAt(polls))
    polls += 1
    total += group.total
    bad += group.bad
  }
  return { above: { waiting, begun: NONE }, polls, step: { total, bad } }
}

const NONE = MULTIPLES.map(() => 0)

/** The mass that begins with poll `t`. */
function beginsAt(t: number): number {
  return (1 - AT_START) * (1 / (t + 1) - 1 / (t + 2))
}

/** Returns ln of what a poll multiplies the evidence by at most. */
export function lnMost(rate: number, { total, bad }: Group): number {
  let most = -Infinity
  for (const { failed, passed } of ratesOf(rate)) most = Math.max(most, bad * failed + (total - bad) * passed)
  return most
}

/** Evidence before anything was seen: a disaster is one with its second poll, however long all was well before it. */
const UNDECIDED = 1

/** Keeps a factor a finite number; what is above is cut off by the cap anyway. */
const LN_MOST = 300

/** Begins another step: what was seen at the one before is no bound for this one. */
export function enterStepAlone(before: Alone): Alone {
  return { ...before, step: UNSEEN.step }
}

/**
 * Returns whether the rate is above `rate` (1 − α sure, over the whole rollout), not above it (1 − β sure, at this
 * step), or neither yet.
 */
export function findingAlone(
  { above, step }: Alone,
  rate: number,
  policy: Policy,
): { readonly is: 'above' | 'below' | 'open'; readonly evidence: number; readonly atMost: number } {
  const limits = limitsOf(policy)
  const evidence = worth(above)
  const together = Math.max(1, policy.eventsPerCause)
  const atMost = upperBound({ total: step.total / together, bad: step.bad / together }, limits.step)
  return { is: evidence >= limits.harm ? 'above' : atMost <= rate ? 'below' : 'open', evidence, atMost }
}

/** Returns how many to one these counts, all at once, speak against "the rate is at most `rate`". */
export function evidenceAbove(rate: number, group: Group): number {
  return lnRates(rate, group).reduce((sum, log, nth) => sum + (WEIGHTS[nth] ?? 0) * exp(log), 0)
}

function lnRates(rate: number, { total, bad }: Group): readonly number[] {
  const logs: number[] = []
  for (const { failed, passed } of ratesOf(rate)) logs.push(bad * failed + (total - bad) * passed)
  return logs
}

/** What one request that failed, and one that did not, says about each multiple. */
interface LnRate {
  readonly failed: number
  readonly passed: number
}

function ratesOf(rate: number): readonly LnRate[] {
  if (newest.rate === rate) return newest.of
  const of = MULTIPLES.map((multiple) => {
    const worse = Math.max(rate, Math.min(HIGHEST, multiple * rate))
    return { failed: ln(worse / rate), passed: ln1(-worse) - ln1(-rate) }
  })
  newest = { rate, of }
  return of
}

/** A plan holds few metrics to few rates, and every poll asks. */
let newest: { readonly rate: number; readonly of: readonly LnRate[] } = { rate: Number.NaN, of: [] }
