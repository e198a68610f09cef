import { describe, expect, it } from 'vitest'
import { sum } from '../../../src/core/judge/bin.ts'
import { beyondLast, quantile, totals } from '../../../src/core/judge/counters.ts'

it('shows what all series of a counter show together', () =>
  expect(totals({ bad: {}, total: { a: 5, b: 3 } })).toEqual({ bad: 0, total: 8 }))

it('bins are summed key by key', () =>
  expect(
    sum([
      { for: 1, counts: { a: 1 } },
      { for: 1, counts: { a: 2, b: 3 } },
    ]),
  ).toEqual({ a: 3, b: 3 }))

/** Prometheus' own cases: promql/promqltest/testdata/histograms.test, testhistogram_bucket: positive and negative. */
const POSITIVE = { '0.1': 50, '.2': 70, '1e0': 110, '+Inf': 120 }
const NEGATIVE = { '-.2': 10, '-0.1': 20, '0.3': 20, '+Inf': 30 }

describe('quantile', () => {
  it.each([
    [POSITIVE, 0, 0],
    [POSITIVE, 0.2, 0.048],
    [POSITIVE, 0.5, 0.15],
    [POSITIVE, 0.8, 0.72],
    [POSITIVE, 1, 1],
    [{ '0.1': 10, '0.2': 10, '+Inf': 10 }, 0.5, 0.05],
    [{ '0.2': 3, '0.4': 5, '+Inf': 10 }, 0.5, 0.4],
    [NEGATIVE, 0, -0.2],
    [NEGATIVE, 0.2, -0.2],
    [NEGATIVE, 0.5, -0.15],
  ])('of %o at %d', (buckets, q, value) => expect(quantile(buckets, q)).toBeCloseTo(value, 10))

  it.each([
    [{ '+Inf': 9 }, 0.5],
    [{ '1': 0, '+Inf': 0 }, 0.5],
    [{}, 0.5],
    [{ '1': 5, '+Inf': 5 }, Number.NaN],
  ])('of %o at %d is not a number', (buckets, q) => expect(quantile(buckets, q)).toBeNaN())

  it.each([
    [POSITIVE, 0.9, false],
    [POSITIVE, 0.99, true],
    [{ '+Inf': 9 }, 0.1, true],
  ])('%o at %d is beyond the last bucket: %s', (buckets, q, beyond) => expect(beyondLast(buckets, q)).toBe(beyond))
})
