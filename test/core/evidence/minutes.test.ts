import { expect, test } from 'vitest'
import { minutesToSee } from '../../../src/core/evidence/minutes-to-see.ts'
import { divergence, minutesToProve, provableWithin } from '../../../src/core/evidence/minutes.ts'
import { DEFAULTS } from '../../../src/core/evidence/policy.ts'

const traffic = { perSecond: 100, rate: 0.005, share: 0.5 }

test('KL(w ‖ wθ/(wθ + 1 − w)) by hand: w = ½, θ = 1.5', () => {
  expect(divergence(0.5, 1.5)).toBeCloseTo(0.5 * Math.log(0.5 / 0.6) + 0.5 * Math.log(0.5 / 0.4), 15)
  expect(divergence(0.25, 1)).toBeCloseTo(0, 15)
})

test('minutes: 4.69 nats at 30 bad requests a minute', () => {
  expect(minutesToProve(1.5, traffic, DEFAULTS)).toBeCloseTo((Math.log(40) + 1) / (30 * divergence(0.5, 1.5)), 9)
  expect(minutesToProve(1.5, traffic, DEFAULTS)).toBeCloseTo(7.66, 2)
  expect(minutesToProve(1.5, { ...traffic, perSecond: 0 }, DEFAULTS)).toBe(Infinity)
})

test('what can be proven in the time given is what takes that time', () => {
  const ratio = provableWithin(30, { ...traffic, perSecond: 10 }, DEFAULTS) ?? 0
  expect(ratio).toBeGreaterThan(1.5)
  expect(minutesToProve(ratio, { ...traffic, perSecond: 10 }, DEFAULTS)).toBeCloseTo(30, 0)
  expect(provableWithin(1, { ...traffic, perSecond: 0.01 }, DEFAULTS)).toBeUndefined()
})

test('what is seen: ln(100) + 1 nats, and 50 people need days for a doubling', () => {
  const users = { perSecond: (50_000 * 20) / 86_400, rate: 0.005, share: 0.001 }
  const [is, tolerated] = [0.002 / 1.001, 0.0011 / 1.0001]
  const each = is * Math.log(is / tolerated) + (1 - is) * Math.log((1 - is) / (1 - tolerated))
  const perDay = 50_000 * 20 * 0.005 * 1.001
  expect(minutesToSee(2, users, DEFAULTS) / 1440).toBeCloseTo((Math.log(100) + 1) / (perDay * each), 6)
  expect(minutesToSee(2, users, DEFAULTS) / 1440).toBeCloseTo(3.8, 1)
  expect(minutesToSee(1.1, users, DEFAULTS)).toBe(Infinity)
  expect(minutesToSee(2, { ...users, share: 0 }, DEFAULTS)).toBe(Infinity)
})
