import { expect, it } from 'vitest'
import { DEFAULTS } from '../../../src/core/evidence/policy.ts'
import { negligibleFor, timeToKnow } from '../../../src/core/forecast/time-to-know.ts'
import { MINUTE } from '../../helpers/core.ts'

const POLL = MINUTE / 2
const HOURS = 60 * MINUTE
const half = (perSecond: number, rate: number) => ({ perSecond, rate, share: 0.5 })

it.each([
  [half(1, 0), 0.005],
  [half(4, 0), 0.001],
  [half(10, 0), 0.0005],
  [half(1, 0.002), 0.01],
])('of %j the least that is known within an hour is negligible', (traffic, negligible) => {
  expect(negligibleFor(traffic, DEFAULTS, POLL)).toBe(negligible)
  expect(timeToKnow(traffic, DEFAULTS, POLL)).toBeGreaterThan(HOURS)
  expect(timeToKnow(traffic, { ...DEFAULTS, negligible }, POLL)).toBeLessThanOrEqual(HOURS)
})

it('takes longer than an hour where nothing else would do, but never longer than the step may', () => {
  const traffic = half(0.1, 0)
  expect(negligibleFor(traffic, DEFAULTS, POLL)).toBe(0.01)
  const takes = timeToKnow(traffic, { ...DEFAULTS, negligible: 0.01 }, POLL)
  expect(takes).toBeGreaterThan(HOURS)
  expect(takes).toBeLessThan(4 * HOURS)
  expect(negligibleFor(traffic, DEFAULTS, POLL, 2 * HOURS)).toBeUndefined()
})

it.each([
  ['enough traffic', half(100, 0), DEFAULTS],
  ['enough that fails', half(100, 0.01), DEFAULTS],
  ['no traffic', half(0, 0), DEFAULTS],
  ['too little', half(0.001, 0), DEFAULTS],
  ['a plan that calls as much negligible', half(4, 0), { ...DEFAULTS, negligible: 0.001 }],
])('asks for nothing of %s', (_, traffic, policy) => {
  expect(negligibleFor(traffic, policy, POLL)).toBeUndefined()
})
