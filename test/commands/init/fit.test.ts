import { expect, it } from 'vitest'
import { failingLevels, fitTraffic, slowLevels } from '../../../src/commands/init/fit.ts'

const MINUTE = 60_000
const groups = { label: 'toggle', on: 'on', off: 'off' }
const fit = (perSecond: number, rate: number) => fitTraffic({ groups, traffic: { perSecond, rate } })

it('takes what is usual where nothing is known', () => {
  expect(fitTraffic({ groups })).toEqual({ steps: [1, 5, 25, 50, 100], hold: 30 * MINUTE })
})

it('holds as long as a bad release takes to be seen, and begins where one can be', () => {
  const loud = fit(400, 0.001)
  expect(loud).toMatchObject({ steps: [1, 5, 25, 50, 100], power: { fails: 0.02, at: 5 } })
  expect(loud.power?.takes).toBeLessThanOrEqual(MINUTE)
  const quiet = fit(2, 0.001)
  expect(quiet.steps).toEqual([5, 25, 50, 100])
  expect(quiet.hold).toBeGreaterThanOrEqual(quiet.power?.takes ?? Infinity)
  expect(quiet.power?.takes).toBeGreaterThan(loud.power?.takes ?? Infinity)
  expect(fit(0.05, 0.001).steps).toEqual([50, 100])
})

it('gives every step the samples it needs', () => {
  for (const perSecond of [0.05, 0.5, 5, 50]) {
    const { steps, hold } = fit(perSecond, 0)
    expect((perSecond * (steps[0] ?? 0) * hold) / 100_000).toBeGreaterThanOrEqual(100)
  }
  expect(fitTraffic({ traffic: { perSecond: 0.01, rate: 0 } }).hold).toBeGreaterThanOrEqual(10_000_000)
})

it('knows an application that has not failed yet from one that never does', () => {
  expect(fit(10, 0).power?.takes).toBeGreaterThan(0)
})

it.each([
  [4, 0, { failures: 0.001, latency: 0.01 }],
  [20, 0, { failures: 0.0002 }],
  [1, 0.002, { failures: 0.01, latency: 0.01 }],
  [100, 0, {}],
  [100, 0.005, {}],
])('calls negligible what %d requests/s, %d of them failing, cannot rule out in an hour', (perSecond, rate, negligible) => {
  expect(fit(perSecond, rate).negligible).toEqual(negligible)
})

it('calls a release bad that fails twice as often where the application fails anyway', () => {
  expect(fit(400, 0.03).power?.fails).toBe(0.06)
})

it.each([
  [0, [0.01, 0.02, 0.05]],
  [0.004, [0.01, 0.02, 0.05]],
  [0.03, [0.06, 0.1, 0.3]],
  [0.6, [0.99, 0.99, 0.99]],
])('leaves room above the %d that fail now', (rate, levels) => {
  expect(failingLevels(rate)).toEqual(levels)
})

it.each([
  [7, [800, 1000, 2000]],
  [Number.NaN, [800, 1000, 2000]],
  [1500, [3000, 3750, 7500]],
])('and above %d ms', (usual, levels) => {
  expect(slowLevels(usual)).toEqual(levels)
})
