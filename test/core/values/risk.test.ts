import { describe, expect, it } from 'vitest'
import { IMPACTS, levelOf, PROBABILITIES, ranked, type Risk } from '../../../src/core/values/risk.ts'

describe('the level of a risk', () => {
  it.each([
    ['low', ['low', 'low', 'medium', 'medium']],
    ['medium', ['low', 'medium', 'high', 'critical']],
    ['high', ['medium', 'high', 'critical', 'critical']],
  ] as const)('probability %s', (probability, levels) => {
    expect(IMPACTS.map((impact) => levelOf({ probability, impact }))).toEqual(levels)
  })

  it('never falls when something gets likelier or worse', () => {
    const rank = (p: number, i: number): number => {
      const [probability, impact] = [PROBABILITIES[p], IMPACTS[i]]
      return probability && impact ? IMPACTS.indexOf(levelOf({ probability, impact })) : Number.POSITIVE_INFINITY
    }
    for (const [p] of PROBABILITIES.entries())
      for (const [i] of IMPACTS.entries()) {
        expect(rank(p, i)).toBeLessThanOrEqual(rank(p + 1, i))
        expect(rank(p, i)).toBeLessThanOrEqual(rank(p, i + 1))
      }
  })
})

it('the most grave comes first, and what is equal stays as it was written', () => {
  const risk = (probability: Risk['probability'], impact: Risk['impact']): Risk => ({ text: 'x', probability, impact })
  const all = {
    a: risk('low', 'low'),
    b: risk('high', 'critical'),
    c: risk('medium', 'medium'),
    d: risk('high', 'high'),
    e: risk('low', 'high'),
  }
  expect(ranked(all).map(({ id, level }) => `${id} ${level}`)).toEqual(['b critical', 'd critical', 'c medium', 'e medium', 'a low'])
})
