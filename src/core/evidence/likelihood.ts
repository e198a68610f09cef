import { ln } from './elementary.ts'

/** What one group did between two polls, or over several: requests, and how many of them were bad. */
export interface Group {
  readonly total: number
  readonly bad: number
}

/**
 * The same stretch of time in both groups: with the change, and without it. For a legacy toggle, which is taken away,
 * the change is the toggle being off.
 */
export interface Pair {
  readonly on: Group
  readonly off: Group
}

/** A group that did nothing. */
export const NO_REQUESTS: Group = { total: 0, bad: 0 }

/** Returns the share of a group's requests that are bad, 0–1; 0 of none. */
export function rateOf({ total, bad }: Group): number {
  return total > 0 ? bad / total : 0
}

/** Returns the requests of two stretches of time. */
export function plus(one: Group, other: Group): Group {
  return { total: one.total + other.total, bad: one.bad + other.bad }
}

/**
 * Returns ln of the likelihood ratio of "the toggle-on group is `ratio` times as bad" to "`bound` times as bad":
 * x₁ ln(θ/θ*) − (x₁ + x₀) ln[(n₁θ + n₀)/(n₁θ* + n₀)], with n requests and x bad ones, 1 on and 0 off.
 *
 * Given how many were bad in both groups together, it is the binomial likelihood ratio of how they divide: the rate
 * itself cancels out, and may vary over time as it likes. With a = (θ/θ*)(n₁θ* + n₀)/(n₁θ + n₀) and b = (n₁θ* +
 * n₀)/(n₁θ + n₀), E[a^x₁ b^x₀] ≤ exp(p₀[n₁θ*(a − 1) + n₀(b − 1)]) = 1 for θ > θ* whenever p₁ ≤ θ* p₀ (for θ < θ*:
 * whenever p₁ ≥ θ* p₀), so that a product over polls is a test supermartingale, and by Ville's inequality
 * P(ever ≥ 1/α) ≤ α. Lindon & Malek 2022, "Anytime-valid inference for multinomial count data"; Howard, Ramdas,
 * McAuliffe & Sekhon 2021; Grünwald, de Heide & Koolen 2024, "Safe testing".
 */
export function lnLikelihoodRatio(ratio: number, bound: number, { on, off }: Pair): number {
  const events = on.bad + off.bad
  if (events === 0) return 0
  return on.bad * ln(ratio / bound) - events * ln((on.total * ratio + off.total) / (on.total * bound + off.total))
}

/**
 * Returns the Fisher information about ln(ratio) at `ratio`: X q(1 − q), of X bad requests the share q expected in the
 * on group.
 */
export function information(ratio: number, { on, off }: Pair): number {
  const events = on.bad + off.bad
  if (events === 0) return 0
  const q = (on.total * ratio) / (on.total * ratio + off.total)
  return events * q * (1 - q)
}
