import { exp, ln } from './elementary.ts'
import { ln1 } from './bound.ts'
import type { Group } from './likelihood.ts'

/** A rate worse than p* is one of these multiples of it, each as likely beforehand. */
const MULTIPLES = [1.1, 1.25, 1.5, 2, 3, 5, 10, 30]

/** No rate is above this: a multiple that would be is tried here instead. */
const HIGHEST = 0.999

/**
 * One group alone: evidence against "the rate is at most `rate`" (0 < rate < 1), how many to one. The mean of
 * Bernoulli likelihood ratios of greater rates; an e-value for any rate that never exceeds `rate`, by the same
 * argument as `lnRatio`.
 */
export function evidenceAbove(rate: number, { total, bad }: Group): number {
  const logs = MULTIPLES.map((multiple) => {
    const worse = Math.max(rate, Math.min(HIGHEST, multiple * rate))
    return bad * ln(worse / rate) + (total - bad) * (ln1(-worse) - ln1(-rate))
  })
  return logs.reduce((sum, log) => sum + exp(log), 0) / MULTIPLES.length
}
