import { expect, test } from 'vitest'
import { chooseBuckets, plusHistogram, slowerThan, type Histogram } from '../../../src/core/evidence/buckets.ts'

test.each<[string, Histogram, readonly string[]]>([
  ['the bounds with a tenth and a hundredth beyond', { '0.1': 500, '0.25': 890, '0.5': 991, '1': 999, '+Inf': 1000 }, ['0.25', '0.5']],
  ['the nearest in ratio, not in points', { '0.1': 600, '0.25': 970, '+Inf': 1000 }, ['0.25']],
  ['one bound for both', { '0.25': 960, '+Inf': 1000 }, ['0.25']],
  ['none with nothing beyond', { '0.25': 900, '0.5': 1000, '1': 1000, '+Inf': 1000 }, ['0.25']],
  ['nothing slow at all: the lowest bound', { '0.5': 1000, '0.25': 1000, '+Inf': 1000 }, ['0.25']],
  ['no requests', { '0.25': 0, '+Inf': 0 }, []],
  ['no finite bound', { '+Inf': 1000 }, []],
])('%s', (_, histogram, bounds) => {
  expect(chooseBuckets(histogram)).toEqual(bounds)
})

test('what came later is added bound by bound, and other bounds start over', () => {
  const seen = { '0.25': 5, '+Inf': 10 }
  expect(plusHistogram(seen, { '0.25': 1, '+Inf': 2 })).toEqual({ '0.25': 6, '+Inf': 12 })
  for (const more of [
    { '0.5': 1, '+Inf': 2 },
    { '0.25': 1, '0.5': 1, '+Inf': 2 },
  ])
    expect(plusHistogram(seen, more)).toEqual(more)
})

test('slower than a bound', () => {
  expect(slowerThan('0.25', { '0.25': 890, '+Inf': 1000 })).toEqual({ total: 1000, bad: 110 })
  expect(slowerThan('0.3', { '0.25': 890, '+Inf': 1000 })).toBeUndefined()
  expect(slowerThan('0.25', { '0.25': 890 })).toBeUndefined()
})
