import { expect, it } from 'vitest'
import { DEFAULTS } from '../../../src/core/evidence/policy.ts'
import { negligibleFor, temperedTraffic, timeToKnow } from '../../../src/core/forecast/time-to-know.ts'
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

it('takes two polls at least, whatever the traffic, and longer where noise makes much of it say little', () => {
  expect(timeToKnow(half(1e6, 0.1), { ...DEFAULTS, critical: 10 }, 10 * MINUTE)).toBe(20 * MINUTE)
  expect(temperedTraffic(half(1, 0.001), DEFAULTS, POLL).perSecond).toBeCloseTo(1, 2)
  expect(temperedTraffic(half(1e5, 0.1), DEFAULTS, POLL).perSecond).toBeLessThan(1e4)
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
