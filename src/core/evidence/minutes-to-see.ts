import { ln } from './elementary.ts'
import type { ExpectedTraffic } from './minutes.ts'
import { limitsOf, type Policy } from './policy.ts'

/**
 * Minutes until a release that is `ratio` times as bad is seen to be worse than tolerated: the expected length of a
 * sequential test (Wald, Sequential Analysis, 1947, ch. 3: the limit in nats by the information of one observation,
 * here KL between how bad requests divide and how they would at the tolerance), with one nat for not knowing the ratio.
 * Infinity without traffic, and for a ratio that is tolerated.
 */
export function minutesToSee(
  ratio: number,
  { perSecond, rate, share }: ExpectedTraffic,
  policy: Pick<Policy, 'alpha' | 'beta' | 'tolerance'>,
): number {
  if (!(ratio > policy.tolerance)) return Infinity
  const on = (times: number): number => (share * times) / (share * times + 1 - share)
  const [is, tolerated] = [on(ratio), on(policy.tolerance)]
  const each = is * ln(is / tolerated) + (1 - is) * ln((1 - is) / (1 - tolerated))
  const perMinute = 60 * perSecond * rate * (1 - share + share * ratio) * each
  return perMinute > 0 ? (ln(limitsOf(policy).harm) + 1) / perMinute : Infinity
}
