import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseRule } from '../../../src/core/values/parse-rule.ts'
import { formatBeside, formatRule, formatValue, holds, relaxed, type Rule, type Unit } from '../../../src/core/values/rule.ts'
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

  it('is reached by as many of a thousand as it says, and not passed', () => {
    const told = Array.from({ length: 1000 }, (_, bad) => `${bad / 10}%`)
    const at = (op: string) => told.filter((text, bad) => holds(rule(`${op} ${text}`), bad / 1000))
    expect([at('>'), at('<'), at('>='), at('<=')]).toEqual([[], [], told, told])
  })

  it('must be left by a tenth to recover', () => {
    expect(relaxed(rule('> 2%')).threshold).toBeCloseTo(0.018)
    expect(relaxed(rule('< 10')).threshold).toBeCloseTo(11)
  })

  it('is written as it was read', () => {
    const exact = ['> 99.95%', '< 99.999%', '> 1.25s', '> 61.5s', '> 0.3ms', '> 12345.678', '< -1.23456']
    for (const text of ['> 5%', '<= 800ms', '>= 2s', '< 0.3', '> 1m30s', ...exact]) expect(formatRule(rule(text))).toBe(text)
    expect(formatValue(0.0781, '%')).toBe('7.81%')
  })

  it.each([
    ['> 5%', 0.0781, '7.81%'],
    ['> 5%', 0.050004, '5.0004%'],
    ['> 5%', 0.05, '5%'],
    ['> 99.95%', 0.9996, '99.96%'],
    ['> 99.95%', 0.9995, '99.95%'],
    ['> 7', 7.000001, '7.000001'],
    ['> 7', 12.3456, '12.35'],
    ['> 800ms', 0.8002, '800.2ms'],
    ['< 2s', 1.9996, '1.9996s'],
    ['> 2s', 2.5001, '2.5s'],
    ['> 0.1', 0.1 + 0.2 - 0.2, '0.10000000000000003'],
    ['> 5%', Number.NaN, 'NaN%'],
  ])('%s: a value of %s is told as %s, on its side of the rule', (text, value, told) =>
    expect(formatBeside(value, rule(text).unit, [rule(text)])).toBe(told),
  )

  it('tells every value on its side of every rule', () => {
    const one = fc.record({
      op: fc.constantFrom<Rule['op']>('<', '<=', '>', '>='),
      threshold: fc.double({ min: 0.001, max: 100, noNaN: true }),
    })
    const near = fc.tuple(one, fc.constantFrom<Unit>('%', 's', ''), fc.double({ min: -1e-6, max: 1e-6, noNaN: true }))
    fc.assert(
      fc.property(near, ([{ op, threshold: about }, unit, off]) => {
        const read = parseRule(formatRule({ op, threshold: about, unit }))
        if (!read) throw new Error('a rule that cannot be read back')
        const value = read.threshold * (1 + off)
        const told = parseRule(`> ${formatBeside(value, unit, [read])}`)
        return told !== undefined && holds(read, told.threshold) === holds(read, value)
      }),
    )
  })
})
