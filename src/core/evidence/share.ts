/** Requests of each group. */
export interface Division {
  readonly on: number
  readonly off: number
}

/** Odds this far from the step's, either way, are no longer a step of that size. */
const FAR = 2
/** Requests come in bursts of users: a χ² is divided by this before it is believed. */
const BURSTS = 10
/** The 1 in 10,000 quantile of χ² with one degree of freedom. */
const UNLIKELY = 15.14

/**
 * Returns Pearson's χ² (one degree of freedom) of how the requests divide, against a toggle-on share of `share` (0–1).
 */
export function chiSquare({ on, off }: Division, share: number): number {
  const all = on + off
  if (all === 0) return 0
  return (on - all * share) ** 2 / (all * share * (1 - share))
}

/**
 * Tells whether the traffic is not divided as the step says: significantly so even if requests come in bursts, and by
 * enough to matter (twice or half the odds). Small differences are usual where users are divided and requests are
 * counted.
 */
export function isOffShare(division: Division, share: number): boolean {
  const odds = (division.on / division.off) * ((1 - share) / share)
  return chiSquare(division, share) / BURSTS > UNLIKELY && !(odds < FAR && odds > 1 / FAR)
}
