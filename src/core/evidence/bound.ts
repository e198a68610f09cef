import { exp, ln } from './elementary.ts'
import type { Group } from './likelihood.ts'

/** A rate tried against p* is one of these shares of it. */
const SHARES = [0.9, 0.75, 0.5, 0.25, 0.1, 0.02, 0]
const LN_SHARES = SHARES.map(ln)

/** Bounds are looked for on a grid of 20 to the decade below this: each is at most 12 % too high, never too low. */
const TOP = 0.98
const PER_DECADE = 20
const LOWEST = 8 * PER_DECADE

/**
 * Returns the evidence against "the rate is at least `rate`" (0 < rate < 1): the mean of Bernoulli likelihood ratios of
 * smaller rates. E[LR] ≤ 1 for each whenever the true rate is at least `rate`, as LR falls with every bad request.
 */
export function evidenceBelow(rate: number, group: Group): number {
  return evidenceOf(lnGoodsOf(rate), group)
}

/** What one request that is not bad says about each share of a rate. */
function lnGoodsOf(rate: number): readonly number[] {
  const lnGood = ln1(-rate)
  return SHARES.map((share) => ln1(-share * rate) - lnGood)
}

function evidenceOf(lnGoods: readonly number[], { total, bad }: Group): number {
  const good = total - bad
  let all = 0
  for (let nth = 0; nth < SHARES.length; nth += 1) {
    const lnBad = bad > 0 ? bad * (LN_SHARES[nth] ?? 0) : 0
    all += exp(lnBad + good * (lnGoods[nth] ?? 0))
  }
  return all / SHARES.length
}

/**
 * Returns the upper confidence bound of a rate, valid at any time (a confidence sequence): the smallest rate of the
 * grid with evidence of at least `limit` to one against it, 20 for 95 %, 40 for 97.5 %. 1 while nothing can be ruled
 * out.
 */
export function upperBound(group: Group, limit: number): number {
  if (!(group.total > 0)) return 1
  let excluded = -1
  let kept = LOWEST + 1
  while (kept - excluded > 1) {
    const middle = Math.floor((kept + excluded) / 2)
    if (evidenceOf(gridAt(middle).lnGoods, group) >= limit) excluded = middle
    else kept = middle
  }
  return excluded < 0 ? 1 : gridAt(excluded).rate
}

interface GridRate {
  readonly rate: number
  readonly lnGoods: readonly number[]
}

/** The grid as far as it was looked at: every poll looks at a few of its rates. */
const grid = new Map<number, GridRate>()

function gridAt(nth: number): GridRate {
  const known = grid.get(nth)
  if (known) return known
  const rate = TOP * exp((-nth * Math.LN10) / PER_DECADE)
  const found = { rate, lnGoods: lnGoodsOf(rate) }
  grid.set(nth, found)
  return found
}

/** Returns ln(1 + x) for |x| < 1, exact to the last digits near 0 (Kahan). */
export function ln1(x: number): number {
  const u = 1 + x
  return u === 1 ? x : (ln(u) * x) / (u - 1)
}
