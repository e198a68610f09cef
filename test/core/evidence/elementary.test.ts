import fc from 'fast-check'
import { expect, test } from 'vitest'
import { exp, ln } from '../../../src/core/evidence/elementary.ts'

test('ln and exp are the engine’s to the last digit or two, everywhere', () => {
  fc.assert(
    fc.property(fc.double({ min: 5e-324, max: 1.7e308, noNaN: true }), (x) => {
      expect(Math.abs(ln(x) - Math.log(x))).toBeLessThanOrEqual(4e-16 * Math.abs(Math.log(x)))
    }),
    { seed: 1, numRuns: 2000 },
  )
  fc.assert(
    fc.property(fc.double({ min: -700, max: 709, noNaN: true }), (x) => {
      expect(Math.abs(exp(x) / Math.exp(x) - 1)).toBeLessThanOrEqual(4e-16)
    }),
    { seed: 1, numRuns: 2000 },
  )
})

test.each([
  [ln(1), 0],
  [ln(0), -Infinity],
  [ln(-1), Number.NaN],
  [ln(Infinity), Infinity],
  [ln(5e-324), -744.4400719213812],
  [exp(0), 1],
  [exp(-Infinity), 0],
  [exp(-746), 0],
  [exp(-744), 1e-323],
  [exp(710), Infinity],
  [exp(709.7), 1.6549840276802644e308],
  [exp(Number.NaN), Number.NaN],
])('%s is %s', (value, expected) => {
  expect(value).toBe(expected)
})
