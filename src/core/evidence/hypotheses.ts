import { exp } from './elementary.ts'
import { lnLikelihoodRatio, type Pair } from './likelihood.ts'

/** Alternatives to a bound on the ratio, as multiples of the bound, and how much each is believed beforehand. */
export interface Hypotheses {
  readonly multiples: readonly number[]
  /** They sum to 1. */
  readonly weights: readonly number[]
}

/** Worse than tolerated: against "at most `tolerance` times as bad". */
export const HARM: Hypotheses = {
  multiples: [1.25, 1.5, 2, 3, 5, 10, 30, 100],
  weights: [0.1, 0.2, 0.2, 0.15, 0.15, 0.1, 0.05, 0.05],
}

/** Not as bad as feared: against "at least `critical` times as bad". */
export const PROOF: Hypotheses = { multiples: [0.85, 0.7, 0.5, 0.25], weights: [0.25, 0.45, 0.2, 0.1] }

/** Returns ln of what one pair says for each hypothesis against `bound`, untempered. */
export function lnRatios({ multiples }: Hypotheses, bound: number, pair: Pair): readonly number[] {
  return multiples.map((multiple) => lnLikelihoodRatio(multiple * bound, bound, pair))
}

/** Keeps a factor a finite number; what is above is cut off by the cap anyway. */
const LN_MOST = 300

/**
 * Returns the factors one poll multiplies the hypotheses' evidence by. A loss is tempered by what was known about the
 * noise before the poll, a gain also by what the poll itself taught, whichever is stricter. Both exponents are at most
 * 1 and a gain's is at most the predictable one, so that by Jensen the product stays an e-value: E[LR^η] ≤ E[LR]^η ≤ 1.
 */
export function temper(logs: readonly number[], before: number, after: number): readonly number[] {
  const gain = Math.min(before, after)
  return logs.map((log) => exp(Math.min(LN_MOST, log * (log > 0 ? gain : before))))
}
