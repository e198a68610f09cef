import { describe, expect, test } from 'vitest'
import { binomial, bursts, normal, poisson, seeded, type Chance } from '../../../../src/core/forecast/synthetic/chance.ts'

/** Mean and variance of 20,000 numbers. */
function moments(draw: (chance: Chance) => number): readonly [mean: number, variance: number] {
  const chance = seeded(1)
  const numbers = Array.from({ length: 20_000 }, () => draw(chance))
  const mean = numbers.reduce((sum, each) => sum + each, 0) / numbers.length
  return [mean, numbers.reduce((sum, each) => sum + (each - mean) ** 2, 0) / numbers.length]
}

describe('mean and variance', () => {
  test.each<[string, (chance: Chance) => number, number, number]>([
    ['normal', normal, 0, 1],
    ['a small Poisson number', (chance) => poisson(0.3, chance), 0.3, 0.3],
    ['a Poisson number', (chance) => poisson(25, chance), 25, 25],
    ['a large one', (chance) => poisson(400, chance), 400, 400],
    ['few of many', (chance) => binomial(6000, 0.0005, chance), 3, 2.9985],
    ['many of many', (chance) => binomial(6000, 0.02, chance), 120, 117.6],
    ['most of few', (chance) => binomial(10, 0.9, chance), 9, 0.9],
    ['bursts of two', (chance) => bursts(30, 2, chance), 30, 90],
    ['bursts of two, seldom', (chance) => bursts(0.5, 2, chance), 0.5, 1.5],
  ])('%s', (_, draw, mean, variance) => {
    const [m, v] = moments(draw)
    expect(Math.abs(m - mean)).toBeLessThan(4 * Math.sqrt(variance / 20_000))
    expect(Math.abs(v / variance - 1)).toBeLessThan(0.08)
  })
})

test.each([
  [poisson(0, seeded(1)), 0],
  [poisson(-1, seeded(1)), 0],
  [poisson(Number.NaN, seeded(1)), 0],
  [binomial(0, 0.5, seeded(1)), 0],
  [binomial(10, 0, seeded(1)), 0],
  [binomial(10, 1, seeded(1)), 10],
  [bursts(0, 2, seeded(1)), 0],
])('edges: %i is %i', (count, expected) => {
  expect(count).toBe(expected)
})

test('the same seed, the same numbers', () => {
  const draw = (seed: number): readonly number[] => {
    const chance = seeded(seed)
    return Array.from({ length: 5 }, () => poisson(50, chance))
  }
  expect(draw(3)).toEqual(draw(3))
  expect(draw(3)).not.toEqual(draw(4))
})
