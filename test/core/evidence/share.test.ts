import { expect, test } from 'vitest'
import { chiSquare, isOffShare } from '../../../src/core/evidence/share.ts'

test('χ² of 30 in 1000 where 10 are expected', () => {
  expect(chiSquare({ on: 30, off: 970 }, 0.01)).toBeCloseTo(400 / 9.9, 10)
  expect(chiSquare({ on: 0, off: 0 }, 0.01)).toBe(0)
})

test.each<[string, number, number, number, boolean]>([
  ['as the step says', 10, 990, 0.01, false],
  ['twice as much, of few', 10, 490, 0.01, false],
  ['a tenth more, of many: users differ', 55_000, 945_000, 0.05, false],
  ['half of the traffic at a 1 % step', 500, 500, 0.01, true],
  ['1 % of the traffic at a 50 % step', 10, 990, 0.5, true],
  ['nobody at a 50 % step', 0, 1000, 0.5, true],
  ['everybody', 1000, 0, 0.5, true],
  ['four times as much, of few: a burst of one user', 40, 10, 0.5, false],
  ['no traffic', 0, 0, 0.5, false],
])('%s', (_, on, off, share, is) => {
  expect(isOffShare({ on, off }, share)).toBe(is)
})
