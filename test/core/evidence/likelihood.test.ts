import fc from 'fast-check'
import { expect, test } from 'vitest'
import { exp, ln } from '../../../src/core/evidence/elementary.ts'
import { information, lnLikelihoodRatio, type Pair } from '../../../src/core/evidence/likelihood.ts'

const pair = (on: readonly [total: number, bad: number], off: readonly [total: number, bad: number]): Pair => ({
  on: { total: on[0], bad: on[1] },
  off: { total: off[0], bad: off[1] },
})

test('the known value', () => {
  expect(lnLikelihoodRatio(2.2, 1.1, pair([100, 3], [9900, 10]))).toBeCloseTo(1.93736362476, 11)
})

test('with a Dirichlet mixture it is the published test of Lindon & Malek (2022): p = 0.0456 at n = 210', () => {
  // Their example: counts (148, 62) against shares (.8, .2), Dirichlet (80, 20). A mixture of our likelihood ratios over
  // the share w of the second group, Beta(20, 80), integrated by Simpson's rule.
  const counts = pair([200, 62], [800, 148])
  const density = (w: number): number => exp(19 * ln(w) + 79 * ln(1 - w))
  const likelihood = (w: number): number => exp(lnLikelihoodRatio((w * 800) / ((1 - w) * 200), 1, counts))
  const integral = (f: (w: number) => number): number => {
    const [intervals, width] = [20_000, 1 / 20_000]
    let sum = 0
    for (let nth = 1; nth < intervals; nth += 1) sum += (nth % 2 === 0 ? 2 : 4) * f(nth * width)
    return (sum * width) / 3
  }
  expect(integral(density) / integral((w) => density(w) * likelihood(w))).toBeCloseTo(0.04557963176, 9)
})

test('a poll split in two at the same division says the same', () => {
  const count = fc.integer({ min: 0, max: 500 })
  fc.assert(
    fc.property(count, count, count, count, fc.double({ min: 0.001, max: 0.5, noNaN: true }), (a, b, c, d, share) => {
      const first = pair([1000 * share, a], [1000 * (1 - share), b])
      const second = pair([3000 * share, c], [3000 * (1 - share), d])
      const both = pair([4000 * share, a + c], [4000 * (1 - share), b + d])
      expect(lnLikelihoodRatio(2, 1.1, first) + lnLikelihoodRatio(2, 1.1, second)).toBeCloseTo(lnLikelihoodRatio(2, 1.1, both), 8)
    }),
    { seed: 2 },
  )
})

test('no bad request, no evidence; and none from traffic alone', () => {
  expect(lnLikelihoodRatio(2, 1.1, pair([100, 0], [100, 0]))).toBe(0)
  expect(information(1.1, pair([100, 0], [100, 0]))).toBe(0)
  expect(information(1, pair([100, 5], [100, 5]))).toBe(2.5)
})
