import { ln } from './elementary.ts'
import { limitsOf, type Policy } from './policy.ts'

/** What a plan knows of the traffic before a rollout. */
export interface ExpectedTraffic {
  /** Requests a second, of both groups together. */
  readonly perSecond: number
  /** Share of bad requests with the toggle off, 0–1. */
  readonly rate: number
  /** Share of the requests with the toggle on at the last step that has an off group, 0–1. */
  readonly share: number
}

/**
 * Returns the information about a ratio of `ratio` in one bad request of a release that is as good as before: the
 * Kullback–Leibler divergence between how bad requests divide and how they would, KL(w ‖ wθ/(wθ + 1 − w)), in nats.
 */
export function divergence(share: number, ratio: number): number {
  const other = (share * ratio) / (share * ratio + 1 - share)
  return share * ln(share / other) + (1 - share) * ln((1 - share) / (1 - other))
}

/**
 * Minutes until a release as good as before is proven less than `ratio` times as bad: (ln(2/β) + 1) nats are needed
 * (the 1 pays for not knowing the ratio), divided by what a minute of bad requests holds. Infinity without traffic.
 */
export function minutesToProve(ratio: number, { perSecond, rate, share }: ExpectedTraffic, policy: Pick<Policy, 'alpha' | 'beta'>): number {
  const perMinute = 60 * perSecond * rate * divergence(share, ratio)
  return perMinute > 0 ? (ln(limitsOf(policy).proof) + 1) / perMinute : Infinity
}

/** A ratio beyond this is no plan. */
const MOST = 100

/**
 * Returns the smallest ratio that can be ruled out within so many minutes; undefined when even a hundred takes longer.
 */
export function provableWithin(minutes: number, traffic: ExpectedTraffic, policy: Pick<Policy, 'alpha' | 'beta'>): number | undefined {
  if (!(minutesToProve(MOST, traffic, policy) <= minutes)) return undefined
  let [tooSmall, enough] = [1, MOST]
  while (enough - tooSmall > 0.001) {
    const middle = (tooSmall + enough) / 2
    if (minutesToProve(middle, traffic, policy) <= minutes) enough = middle
    else tooSmall = middle
  }
  return enough
}
