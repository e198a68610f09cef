import { expect, it } from 'vitest'
import { wilson } from '../../../src/core/forecast/wilson.ts'

/** The published values (Newcombe 1998, table I, method 3), and both ends. */
it.each([
  [81, 263, 0.2553, 0.3662],
  [15, 148, 0.0624, 0.1605],
  [0, 20, 0, 0.1611],
  [1, 29, 0.0061, 0.1718],
])('%i of %i', (hits, all, low, high) => {
  expect(wilson(hits, all).map((each) => Number(each.toFixed(4)))).toEqual([low, high])
})

it('what was always seen lies within', () => {
  for (let all = 1; all < 300; all += 1) {
    expect(wilson(0, all)[0]).toBe(0)
    expect(wilson(all, all)[1]).toBe(1)
  }
  expect(wilson(0, 0)).toEqual([0, 1])
})
