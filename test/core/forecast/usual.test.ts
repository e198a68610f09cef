import { expect, it } from 'vitest'
import { seeded } from '../../../src/core/forecast/synthetic/chance.ts'
import { histogramOf } from '../../../src/core/forecast/synthetic/latency.ts'
import { simulate } from '../../../src/core/forecast/synthetic/traffic.ts'
import type { World } from '../../../src/core/forecast/synthetic/world.ts'
import { openUsual, type Usual } from '../../../src/core/forecast/usual.ts'
import { absent, type Reading } from '../../../src/core/values/reading.ts'
import { MINUTE } from '../../helpers/core.ts'

type Kind = 'failures' | 'latency'

/** The counters of a made-up past, a reading a minute; every tenth is missing where the source had gaps. */
function recalled(world: Partial<World>, what: Kind, { days = 3, hasGaps = false } = {}): Usual | undefined {
  const traffic = simulate({ name: 'past', errors: 0.01, ...world }, 50, seeded(5), MINUTE)
  const past = openUsual()
  const sums: Record<string, number> = {}
  for (let minute = 0; minute < days * 1440; minute += 1) {
    const { total, bad, latency } = traffic(0).off
    for (const [key, each] of Object.entries({ total, bad, ...histogramOf(latency) })) sums[key] = (sums[key] ?? 0) + each
    const of = (key: string) => ({ all: sums[key] ?? 0 })
    const buckets = Object.fromEntries(Object.keys(histogramOf(latency)).map((le) => [le, of(le)]))
    const reading: Reading =
      what === 'failures' ? { is: 'ratio', bad: of('bad'), total: of('total') } : { is: 'quantile', quantile: 0.95, buckets }
    past.add({ at: minute * MINUTE, reading: hasGaps && minute % 10 === 9 ? absent('empty', 'a gap') : reading })
  }
  return past.usual
}

it.each([0, 0.2, 0.5])('knows the traffic, the errors, and how far they wander beyond chance: %f', (errors) => {
  // Each minute by itself: an hour has seen all of it.
  const usual = recalled({ noise: { errors, latency: 0, memory: 0, arms: 'both' } }, 'failures')
  expect(usual?.since).toBe(0)
  expect((usual?.perSecond ?? 0) / 50).toBeCloseTo(1, 2)
  expect(usual?.rate).toBeCloseTo(0.01 * Math.exp(errors ** 2 / 2), 3)
  expect(Math.abs((usual?.noise ?? 1) - Math.sqrt(Math.expm1(errors ** 2)))).toBeLessThan(0.06)
})

it('takes no day for noise, and knows how much it is', () => {
  const usual = recalled({ trend: { errors: 1, traffic: 2 } }, 'failures')
  expect(usual?.noise).toBeLessThan(0.06)
  // What was recorded plays at the mean that was recorded.
  expect((usual?.perSecond ?? 0) / 50).toBeCloseTo(1, 2)
  expect((usual?.daily ?? 0) / 4).toBeCloseTo(1, 1)
  expect(recalled({ trend: { errors: 1, traffic: 2 } }, 'failures', { days: 1 })?.daily).toBeUndefined()
})

it('takes no incident for usual', () => {
  const incident = { between: [365, 365], lasts: 30, off: 0.1, on: 0, latency: 1 } as const
  const usual = recalled({ incident }, 'failures', { days: 1 })
  expect(usual?.rate).toBeCloseTo(0.01, 3)
  expect(usual?.noise).toBeLessThan(0.1)
})

it.each(Array.from({ length: 60 }, (_, minute) => minute))('takes no incident for usual that meets %i minutes past the hour', (past) => {
  const usual = openUsual()
  let [total, bad] = [0, 0]
  for (let minute = 0; minute < 180; minute += 1) {
    total += 6000
    bad += minute >= 60 && minute < 70 ? 600 : 6
    usual.add({ at: (past + minute) * MINUTE, reading: { is: 'ratio', bad: { all: bad }, total: { all: total } } })
  }
  expect(usual.usual).toMatchObject({ rate: expect.closeTo(0.001, 5), noise: 0 })
})

it('knows how slow requests are', () => {
  expect(recalled({}, 'latency', { days: 1 })?.latency).toBeCloseTo(1, 1)
  const twice = recalled({ latency: 2 }, 'latency', { days: 1 })
  expect((twice?.latency ?? 0) / 2).toBeCloseTo(1, 1)
  expect(twice?.rate).toBeUndefined()
})

it('loses nothing in gaps, and knows nothing of nothing', () => {
  const [whole, gaps] = [recalled({}, 'failures', { days: 1 }), recalled({}, 'failures', { days: 1, hasGaps: true })]
  expect(gaps?.rate).toBeCloseTo(whole?.rate ?? 0, 5)
  expect((gaps?.perSecond ?? 0) / (whole?.perSecond ?? 1)).toBeCloseTo(1, 2)
  expect(gaps?.noise).toBeLessThan(0.1)
  const past = openUsual()
  past.add({ at: 0, reading: absent('empty', 'nothing') })
  expect(past.usual).toBeUndefined()
})
