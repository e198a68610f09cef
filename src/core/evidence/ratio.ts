import { exp } from './elementary.ts'
import { HARM, PROOF, type Hypotheses } from './hypotheses.ts'
import { lnLikelihoodRatio } from './likelihood.ts'
import type { EvidenceStream, Tally } from './stream.ts'

/** Ratios are told from each other down to a thousandth, between these. */
const LEAST = 0.01
const MOST = 1000
const PRECISION = 1.001

/**
 * Returns how many times as bad the release is at least, since the start, when `limit` to one is sure enough: the
 * greatest ratio that the harm mixture against it excludes. Undefined while not even one hundredth is.
 *
 * The likelihood ratio only depends on sums at the same division of traffic, so that the tallies of the steps stand for
 * their polls; each bad request counts by the η of its poll.
 */
export function ratioAtLeast({ past, step }: EvidenceStream, limit: number): number | undefined {
  const excluded = (bound: number): boolean => evidence(HARM, bound, [...past, step]) >= limit
  return excluded(LEAST) ? search((bound) => !excluded(bound)).below : undefined
}

/**
 * Returns the smallest ratio that can be ruled out at this step, `limit` to one; undefined while not even a thousand
 * can.
 */
export function ratioRuledOut({ step }: EvidenceStream, limit: number): number | undefined {
  const excluded = (bound: number): boolean => evidence(PROOF, bound, [step]) >= limit
  return excluded(MOST) ? search(excluded).above : undefined
}

function evidence({ multiples, weights }: Hypotheses, bound: number, tallies: readonly Tally[]): number {
  return multiples.reduce((sum, multiple, nth) => {
    const log = tallies.reduce((all, tally) => all + lnLikelihoodRatio(multiple * bound, bound, tempered(tally)), 0)
    return sum + (weights[nth] ?? 0) * exp(log)
  }, 0)
}

function tempered({ on, off, tempered: bad }: Tally): Tally {
  return { on: { total: on.total, bad: bad.on }, off: { total: off.total, bad: bad.off }, tempered: bad }
}

/** Where `isAbove` begins to hold: false at the least ratio, true at the greatest, and changes once. */
function search(isAbove: (ratio: number) => boolean): { readonly below: number; readonly above: number } {
  let [below, above] = [LEAST, MOST]
  while (above / below > PRECISION) {
    const middle = Math.sqrt(below * above)
    if (isAbove(middle)) above = middle
    else below = middle
  }
  return { below, above }
}
