import { expect, test } from 'vitest'
import { exp } from '../../../src/core/evidence/elementary.ts'
import { temper } from '../../../src/core/evidence/hypotheses.ts'

test.each<[string, before: number, after: number, gain: number, loss: number]>([
  ['a poll that teaches noise', 1, 0.5, 0.5, 1],
  ['a poll that teaches calm', 0.5, 1, 0.5, 0.5],
])('%s gains by the stricter exponent, and loses by the one before it', (_, before, after, gain, loss) => {
  expect(temper([2, -2], before, after)).toEqual([exp(2 * gain), exp(-2 * loss)])
})

test('no factor is infinite', () => expect(temper([1e9], 1, 1).every(Number.isFinite)).toBe(true))
