import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseRule } from '../../../src/core/values/parse-rule.ts'
import { formatRule, formatValue, holds, relaxed } from '../../../src/core/values/rule.ts'
import {
  formatDuration,
  formatExposure,
  formatFraction,
  formatInstant,
  parseDuration,
  parseExposure,
} from '../../../src/core/values/units.ts'
import { parseWord, wordFor } from '../../../src/core/toggle/words.ts'
import { rule, toggle } from '../../helpers/core.ts'

describe('durations', () => {
  it.each([
    ['30m', 1_800_000],
    ['1h30m', 5_400_000],
    ['500ms', 500],
    ['2d', 172_800_000],
    ['1w', 604_800_000],
    ['1.5s', 1500],
    ['0s', 0],
    ['5', undefined],
    ['', undefined],
    ['5 m', undefined],
    ['-5m', undefined],
    ['5m!', undefined],
    ['m', undefined],
    ['5M', undefined],
    [`${'9'.repeat(400)}s`, undefined],
  ])('%s', (text, duration) => expect(parseDuration(text)).toBe(duration))

  it.each([
    [0, '0s'],
    [300, '300ms'],
    [1500, '1.5s'],
    [90_000, '1m30s'],
    [720_000, '12m'],
    [59_999, '1m'],
    [90_061_000, '1d1h'],
  ])('%d is %s', (duration, text) => expect(formatDuration(duration)).toBe(text))

  it('reads back what it writes', () => {
    const parts = fc.tuple(
      fc.constantFrom([86_400_000, 3_600_000, 24], [3_600_000, 60_000, 60], [60_000, 1000, 60]),
      fc.nat(23),
      fc.nat(23),
    )
    const written = parts.map(([[big = 1, small = 1], a, b]) => a * big + b * small)
    fc.assert(fc.property(fc.oneof(written, fc.nat(999)), (duration) => parseDuration(formatDuration(duration)) === duration))
  })
})

describe('exposures', () => {
  it.each([
    ['0%', 0],
    ['0.1%', 0.1],
    ['100 %', 100],
    ['0.00001%', 0.00001],
    ['0.000001%', undefined],
    ['100.1%', undefined],
    ['101%', undefined],
    ['0.1', undefined],
    ['10', undefined],
    ['-1%', undefined],
    ['1e1%', undefined],
    ['NaN%', undefined],
    ['٣%', undefined],
  ])('%s', (text, exposure) => expect(parseExposure(text)).toBe(exposure))

  const any = fc.nat(10_000_000).map((nth) => nth / 1e5)
  it('read back what they are written as', () =>
    fc.assert(fc.property(any, (exposure) => parseExposure(formatExposure(exposure)) === exposure)))
  it('survive the trip through a word', () => {
    const words = fc.constantFrom({ on: 'true', off: 'false' }, { on: '1', off: '0' }, { on: 'enabled', off: 'disabled' })
    fc.assert(
      fc.property(any, words, (exposure, each) => parseWord(wordFor(toggle({ words: each }), exposure), each)?.exposure === exposure),
    )
  })
})

describe('words', () => {
  it.each([
    ['true', 100, {}],
    [' false ', 0, {}],
    ['10%;key=search;seg=a,b', 10, { key: 'search', seg: 'a,b' }],
    ['10%;hash=flagd2', 10, { hash: 'flagd2' }],
  ])('%s', (text, exposure, options) => expect(parseWord(text)).toEqual({ exposure, options }))

  it.each(['', '10', '0.1', '1', 'TRUE', 'on', '10%;', '10%;colour=red', '10%;key=', '10%;key=a;key=b', '10%;__proto__=x', '101%', 'NaN'])(
    '"%s" is none',
    (text) => expect(parseWord(text)).toBeUndefined(),
  )
  it('leave an app that compares with true off until 100%', () =>
    fc.assert(fc.property(fc.nat(9_999_999), (nth) => wordFor(toggle(), nth / 1e5) !== 'true')))
})

describe('rules', () => {
  it.each([
    ['> 5%', { op: '>', threshold: 0.05, unit: '%' }],
    ['<=800ms', { op: '<=', threshold: 0.8, unit: 's' }],
    ['>= 2s', { op: '>=', threshold: 2, unit: 's' }],
    [' < 0.3 ', { op: '<', threshold: 0.3, unit: '' }],
    ['5%', undefined],
    ['== 5', undefined],
    ['> ', undefined],
    ['> five', undefined],
    ['> NaN', undefined],
    ['> 1e999', undefined],
  ])('%s', (text, parsed) => expect(parseRule(text)).toEqual(parsed))

  it.each([
    ['< 1', 1, false],
    ['<= 1', 1, true],
    ['> 1', 1, false],
    ['>= 1', 1, true],
    ['< 1', 0.99, true],
    ['> 1', 1.01, true],
    ['< 1', Number.NaN, false],
    ['> 1', Number.NaN, false],
    ['< 1', -Infinity, false],
    ['> 1', Infinity, false],
  ])('%s of %d: %s', (text, value, held) => expect(holds(rule(text), value)).toBe(held))

  it.each([
    ['> 5%', 0.045],
    ['< 100', 110],
  ])('%s is left at %d', (text, threshold) => expect(relaxed(rule(text)).threshold).toBeCloseTo(threshold, 10))

  it.each(['> 5%', '<= 800ms', '>= 2s', '< 0.3', '> 0.1%'])('%s is written as it was read', (text) =>
    expect(formatRule(rule(text))).toBe(text),
  )
})

describe('numbers for people', () => {
  it.each([
    [0, '0%'],
    [0.288, '28.8%'],
    [0.078_07, '7.81%'],
    [0.000_012_3, '0.00123%'],
    [1, '100%'],
    [0.9996, '99.96%'],
    [0.999_999_6, '99.99996%'],
    [0.999_999_999, '100%'],
  ])('%d is %s', (fraction, text) => expect(formatFraction(fraction)).toBe(text))
  it('have their unit', () =>
    expect([formatValue(1.2, 's'), formatValue(0.05, '%'), formatValue(12.345_6, '')]).toEqual(['1.2s', '5%', '12.35']))
  it('are in UTC', () => expect(formatInstant(1_795_527_005_123)).toBe('2026-11-24 13:30:05Z'))
})
