import { describe, expect, test } from 'vitest'
import { exp } from '../../../src/core/evidence/elementary.ts'
import { HARM, PROOF, lnRatios, temper } from '../../../src/core/evidence/hypotheses.ts'
import { beginMixture, grow, unbegun, worth, type Mixture } from '../../../src/core/evidence/mixture.ts'

const FULL = beginMixture(unbegun(8), 1, HARM.weights)

test('the known value: the default harm mixture at full mass, untempered', () => {
  const polls = [
    { on: { total: 60, bad: 1 }, off: { total: 59_940, bad: 300 } },
    { on: { total: 600, bad: 9 }, off: { total: 59_400, bad: 297 } },
  ]
  const evidence = polls.reduce((mixture, poll) => grow(mixture, temper(lnRatios(HARM, 1.1, poll), 1, 1)), FULL)
  expect(worth(evidence)).toBeCloseTo(14.0399780844, 10)
})

test.each([
  ['harm', HARM],
  ['proof', PROOF],
])('the weights of %s sum to 1', (_, { multiples, weights }) => {
  expect(weights.reduce((sum, each) => sum + each, 0)).toBeCloseTo(1, 15)
  expect(weights.length).toBe(multiples.length)
})

test('one poll multiplies the evidence by 20 at most, whatever it says', () => {
  const huge = Array.from({ length: 8 }, () => exp(300))
  expect(worth(grow(FULL, huge))).toBeCloseTo(20, 12)
  const half = beginMixture(unbegun(8), 0.5, HARM.weights)
  expect(worth(grow(half, huge))).toBeCloseTo(20, 12)
})

test('it stays finite and survives JSON bit for bit, up and down', () => {
  let [up, down, slowly]: Mixture[] = [FULL, FULL, FULL]
  for (let poll = 0; poll < 1000; poll += 1) {
    up = grow(up ?? FULL, HARM.multiples)
    slowly = grow(
      slowly ?? FULL,
      HARM.multiples.map(() => 10),
    )
    down = grow(
      down ?? FULL,
      HARM.multiples.map(() => 1e-3),
    )
  }
  expect(worth(up ?? FULL)).toBeGreaterThan(1e11)
  expect(worth(up ?? FULL)).toBeLessThan(1e14)
  expect(worth(slowly ?? FULL)).toBeLessThan(1e14)
  expect(worth(down ?? FULL)).toBe(0)
  expect(JSON.parse(JSON.stringify([up, down, slowly]))).toEqual([up, down, slowly])
})

describe('mass', () => {
  test('waiting counts as one to one; beginning changes nothing; more than there is cannot begin', () => {
    const some = beginMixture(unbegun(8), 0.3, HARM.weights)
    expect(worth(unbegun(8))).toBe(1)
    expect(some.waiting).toBe(0.7)
    expect(worth(some)).toBeCloseTo(1, 15)
    expect(beginMixture(some, 5, HARM.weights).waiting).toBe(0)
  })

  test('what begins late has lost nothing before', () => {
    const lost = grow(
      beginMixture(unbegun(8), 0.5, HARM.weights),
      HARM.multiples.map(() => 0),
    )
    expect(worth(lost)).toBe(0.5)
    expect(
      worth(
        grow(
          beginMixture(lost, 0.1, HARM.weights),
          HARM.multiples.map(() => 10),
        ),
      ),
    ).toBeCloseTo(0.4 + 1, 12)
  })
})

test('a loss is tempered by what was known before, a gain by the stricter', () => {
  expect(temper([2, -2], 0.5, 0.25)).toEqual([exp(0.5), exp(-1)])
  expect(temper([2, -2], 0.25, 0.5)).toEqual([exp(0.5), exp(-0.5)])
})
