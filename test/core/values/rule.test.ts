import { describe, expect, it } from 'vitest'
import { parseRule } from '../../../src/core/values/parse-rule.ts'
import { formatRule, formatValue, holds, relaxed } from '../../../src/core/values/rule.ts'
import { rule } from '../../helpers/core.ts'

describe('rules', () => {
  it.each([
    ['> 5%', { op: '>', threshold: 0.05, unit: '%' }],
    ['<= 800ms', { op: '<=', threshold: 0.8, unit: 's' }],
    ['>=2s', { op: '>=', threshold: 2, unit: 's' }],
    ['< 0.3', { op: '<', threshold: 0.3, unit: '' }],
  ])('%s', (text, parsed) => expect(parseRule(text)).toEqual(parsed))

  it.each(['', '5%', '= 5%', '> ', '> five', '> 5 %%', '>> 5%'])('"%s" is none', (text) => expect(parseRule(text)).toBeUndefined())

  it.each([
    ['> 5%', 0.05, false],
    ['>= 5%', 0.05, true],
    ['< 1%', 0.0099, true],
    ['< 1%', Number.NaN, false],
    ['> 5%', Number.NaN, false],
    ['> 5%', Infinity, false],
    ['< 5%', -Infinity, false],
  ])('%s for %s: %s', (text, value, expected) => expect(holds(rule(text), value)).toBe(expected))

  it('must be left by a tenth to recover', () => {
    expect(relaxed(rule('> 2%')).threshold).toBeCloseTo(0.018)
    expect(relaxed(rule('< 10')).threshold).toBeCloseTo(11)
  })

  it('is written as it was read', () => {
    for (const text of ['> 5%', '<= 800ms', '>= 2s', '< 0.3']) expect(formatRule(rule(text))).toBe(text)
    expect(formatValue(0.0781, '%')).toBe('7.81%')
  })
})
