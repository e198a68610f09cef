import { expect, test } from 'vitest'
import { MINUTE } from '../../../src/core/evidence/minute.ts'
import { QUIET, dispersionOf, driftOf, learn, tempering, type Noise, type Stretch } from '../../../src/core/evidence/tempering.ts'
import { bursts, normal, poisson, seeded, type Chance } from '../../../src/core/forecast/synthetic/chance.ts'

/** What is learned from 60 polls with a tenth of the traffic on. */
function learned(poll: (chance: Chance, nth: number) => readonly [on: number, off: number], seed = 7): Noise {
  const chance = seeded(seed)
  let noise = QUIET
  for (let nth = 0; nth < 60; nth += 1) {
    const [on, off] = poll(chance, nth)
    noise = learn(noise, { on: { total: 6000, bad: on }, off: { total: 54_000, bad: off }, lasted: MINUTE })
  }
  return noise
}

test('before anything is seen: no dispersion, a drift of .05', () => {
  expect([dispersionOf(QUIET), driftOf(QUIET)]).toEqual([1, 0.05])
})

test('never less than independent requests, and no minute is all there is to know', () => {
  expect(dispersionOf({ ...QUIET, dispersion: [1, 5] })).toBe(1)
  const calm = learned((chance) => [poisson(300, chance), poisson(2700, chance)])
  const freak = learn(calm, { on: { total: 6000, bad: 6000 }, off: { total: 54_000, bad: 0 }, lasted: MINUTE })
  expect(freak.dispersion[0] - calm.dispersion[0]).toBe(16)
})

test('what moves the others tempers this one too, and never less than its own drift', () => {
  const poll = { on: { total: 6000, bad: 300 }, off: { total: 54_000, bad: 2700 }, lasted: MINUTE }
  const of = (leastDrift?: number): number => tempering(QUIET, 1.5, poll, { eventsPerCause: 1 }, leastDrift)
  expect(of(0.5)).toBeLessThan(of() / 5)
  expect(of(0.01)).toBe(of())
})

test('independent requests: no dispersion, and the drift goes to its floor', () => {
  const noise = learned((chance) => [poisson(300, chance), poisson(2700, chance)])
  expect(dispersionOf(noise)).toBeLessThan(1.3)
  expect(driftOf(noise)).toBe(0.0125)
})

test('a constant harm is no noise, however great', () => {
  const noise = learned((chance) => [poisson(3000, chance), poisson(2700, chance)])
  expect(dispersionOf(noise)).toBeLessThan(1.6)
  expect(driftOf(noise)).toBe(0.0125)
})

test('requests that fail together are dispersion: bursts of 4 on average have 7 times the variance', () => {
  const noise = learned((chance) => [bursts(30, 4, chance), bursts(270, 4, chance)])
  expect(dispersionOf(noise)).toBeGreaterThan(3.5)
  expect(dispersionOf(noise)).toBeLessThan(9)
})

test('a ratio that wanders is drift: 40 % with a memory of five polls', () => {
  let wander = 0
  const noise = learned((chance) => {
    wander = 0.8 * wander + 0.6 * normal(chance)
    return [poisson(300 * Math.exp(0.4 * wander), chance), poisson(2700, chance)]
  })
  expect(driftOf(noise)).toBeGreaterThan(0.15)
})

test('what both groups do together is none', () => {
  const noise = learned((chance, nth) => [poisson(300 * (1 + (nth % 7)), chance), poisson(2700 * (1 + (nth % 7)), chance)])
  expect(dispersionOf(noise)).toBeLessThan(1.4)
  expect(driftOf(noise)).toBe(0.0125)
})

test('η = 1/max(kφ̂, k + I·τ̂²)', () => {
  const pair: Stretch = { on: { total: 1000, bad: 400 }, off: { total: 1000, bad: 400 }, lasted: MINUTE }
  const q = 1.1 / 2.1
  expect(tempering(QUIET, 1.1, pair, { eventsPerCause: 1 })).toBeCloseTo(1 / (1 + 800 * q * (1 - q) * 0.05), 12)
  expect(
    tempering(QUIET, 1.1, { on: { total: 1000, bad: 1 }, off: { total: 1000, bad: 0 }, lasted: MINUTE }, { eventsPerCause: 3 }),
  ).toBeCloseTo(1 / (3 + 0.05 * q * (1 - q)), 12)
  expect(tempering({ ...QUIET, dispersion: [60, 6] }, 1.1, pair, { eventsPerCause: 3 })).toBe(1 / 30)
})

test('polls without requests or without bad ones teach nothing', () => {
  const off = { total: 1000, bad: 3 }
  for (const pair of [
    { on: { total: 0, bad: 0 }, off },
    { on: off, off: { total: 0, bad: 0 } },
    { on: { total: 9, bad: 0 }, off: { total: 9, bad: 0 } },
  ])
    expect(learn(QUIET, { ...pair, lasted: MINUTE })).toEqual(QUIET)
})

test('a minute teaches the same in six polls as in one, and tempers each of them as much', () => {
  const chance = seeded(9)
  let [inOne, inSix] = [QUIET, QUIET]
  for (let nth = 0; nth < 20; nth += 1) {
    const parts = Array.from({ length: 6 }, () => ({
      on: { total: 1000, bad: poisson(50, chance) },
      off: { total: 9000, bad: poisson(450, chance) },
      lasted: MINUTE / 6,
    }))
    for (const part of parts) inSix = learn(inSix, part)
    const sum = (group: 'on' | 'off', of: 'total' | 'bad'): number => parts.reduce((all, part) => all + part[group][of], 0)
    const whole = (group: 'on' | 'off') => ({ total: sum(group, 'total'), bad: sum(group, 'bad') })
    inOne = learn(inOne, { on: whole('on'), off: whole('off'), lasted: MINUTE })
  }
  expect(inSix).toEqual(inOne)
  const minute: Stretch = { on: { total: 6000, bad: 300 }, off: { total: 54_000, bad: 2700 }, lasted: MINUTE }
  const sixth: Stretch = { on: { total: 1000, bad: 50 }, off: { total: 9000, bad: 450 }, lasted: MINUTE / 6 }
  expect(tempering(inSix, 1.1, sixth, { eventsPerCause: 1 })).toBeCloseTo(tempering(inOne, 1.1, minute, { eventsPerCause: 1 }), 12)
})

test('what wanders for seconds alone tempers a poll of seconds no more than its own share', () => {
  const second: Stretch = { on: { total: 400, bad: 2 }, off: { total: 3600, bad: 18 }, lasted: 1000 }
  const { on, off } = second
  const [short, long] = [5000, MINUTE].map((wandersFor) => tempering(QUIET, 1.5, second, { eventsPerCause: 1, wandersFor }))
  expect(short).toBeCloseTo(1 / (1 + 5 * 20 * weightAt(1.5, on.total, off.total) * 0.05), 12)
  expect(long).toBe(tempering(QUIET, 1.5, second, { eventsPerCause: 1 }))
  // One poll that lasts longer than that is not cut into parts.
  const minute = { ...second, lasted: MINUTE }
  expect(tempering(QUIET, 1.5, minute, { eventsPerCause: 1, wandersFor: 5000 })).toBe(tempering(QUIET, 1.5, minute, { eventsPerCause: 1 }))
})

/** Information of one event about the ratio: q(1 − q), with q the share of events that are of the group with the toggle. */
function weightAt(ratio: number, on: number, off: number): number {
  const q = (on * ratio) / (on * ratio + off)
  return q * (1 - q)
}

test('what comes first shows the ratio and no scatter', () => {
  const bad: Stretch = { on: { total: 1000, bad: 40 }, off: { total: 9000, bad: 45 }, lasted: MINUTE }
  expect(dispersionOf(learn(QUIET, bad))).toBe(1)
})
