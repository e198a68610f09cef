import { expect, test } from 'vitest'
import { evidenceBelow, upperBound } from '../../../src/core/evidence/bound.ts'
import { binomial, seeded } from '../../../src/core/forecast/synthetic/chance.ts'

test.each([
  [0, 43, 0.0873426],
  [0, 300, 0.0138429],
  [5, 1000, 0.015532],
])('95% sure above %i of %i: %f', (bad, total, bound) => {
  expect(upperBound({ total, bad }, 20)).toBeCloseTo(bound, 7)
})

test.each([
  [{ total: 0, bad: 0 }, 1],
  [{ total: 3, bad: 3 }, 1],
  [{ total: 3, bad: 0 }, 0.7784],
])('%o: at most %f', (group, bound) => {
  expect(upperBound(group, 20)).toBeCloseTo(bound, 2)
})

test('it is the smallest excluded rate of its grid, which has 20 to the decade', () => {
  const bound = upperBound({ total: 777, bad: 4 }, 20)
  expect(evidenceBelow(bound, { total: 777, bad: 4 })).toBeGreaterThanOrEqual(20)
  expect(evidenceBelow(bound / 10 ** 0.05, { total: 777, bad: 4 })).toBeLessThan(20)
})

test('surer is higher, and evidence against a rate grows with the rate', () => {
  const group = { total: 2000, bad: 10 }
  expect(upperBound(group, 40)).toBeGreaterThanOrEqual(upperBound(group, 20))
  const evidence = [0.005, 0.01, 0.02, 0.04].map((rate) => evidenceBelow(rate, group))
  expect(evidence).toEqual(evidence.toSorted((a, b) => a - b))
})

test('looked at after every poll, it is ever below the true rate in at most 5% of cases', () => {
  const chance = seeded(5)
  let wrong = 0
  for (let nth = 0; nth < 1000; nth += 1) {
    let [total, bad] = [0, 0]
    for (let poll = 0; poll < 60; poll += 1) {
      total += 50
      bad += binomial(50, 0.02, chance)
      if (evidenceBelow(0.02, { total, bad }) >= 20) {
        wrong += 1
        break
      }
    }
  }
  expect(wrong).toBeGreaterThan(2)
  expect(wrong).toBeLessThanOrEqual(50)
})
