import { describe, expect, test } from 'vitest'
import { UNKNOWN, failingOf, remember, usualOf, type Normal } from '../../../src/core/evidence/normal.ts'
import type { Group } from '../../../src/core/evidence/likelihood.ts'
import { poisson, seeded } from '../../../src/core/forecast/synthetic/chance.ts'

const MINUTE = 60_000

function after(polls: readonly Group[]): Normal {
  return polls.reduce<Normal>((normal, poll) => remember(normal, poll, MINUTE, false), UNKNOWN)
}

const calm = Array.from({ length: 30 }, () => ({ total: 6000, bad: 30 }))

test.each<[string, Normal, Group, boolean]>([
  ['nothing is known', UNKNOWN, { total: 100, bad: 90 }, false],
  ['as ever', after(calm), { total: 6000, bad: 30 }, false],
  ['twice as bad', after(calm), { total: 6000, bad: 60 }, false],
  ['three times, but not a point more', after([{ total: 60_000, bad: 60 }]), { total: 60_000, bad: 300 }, false],
  ['a point more, but not three times', after([{ total: 6000, bad: 600 }]), { total: 6000, bad: 900 }, false],
  ['ten points more', after(calm), { total: 6000, bad: 630 }, true],
  ['three times and a point, of too few to be sure', after([{ total: 600, bad: 3 }]), { total: 100, bad: 3 }, false],
  [
    'a little more than that over five minutes',
    after([{ total: 600_000, bad: 3000 }, ...Array.from({ length: 4 }, () => ({ total: 1000, bad: 27 }))]),
    { total: 1000, bad: 27 },
    true,
  ],
  ['no error in many requests before', after([{ total: 6000, bad: 0 }]), { total: 6000, bad: 100 }, true],
  ['no error in the few before', after([{ total: 134, bad: 0 }]), { total: 137, bad: 2 }, false],
  ['none in a hundred, and a rate of 2 % that was always there', after([{ total: 100, bad: 0 }]), { total: 1000, bad: 20 }, false],
])('%s', (_, normal, off, failing) => {
  expect(failingOf(normal, off, 1) !== undefined).toBe(failing)
})

test('says how often requests fail, and how often they normally do', () => {
  expect(failingOf(after([{ total: 9999, bad: 49.5 }]), { total: 6000, bad: 600 }, 1)).toEqual({ rate: 0.1, normal: 0.005 })
})

test('requests that fail together count once', () => {
  const normal = after(calm)
  expect(failingOf(normal, { total: 600, bad: 24 }, 1)).toBeDefined()
  expect(failingOf(normal, { total: 600, bad: 24 }, 3)).toBeUndefined()
})

test('what is normal is not learned while something is wrong, and forgotten by 2% a minute', () => {
  const normal = after(calm)
  const hurt = remember(normal, { total: 6000, bad: 600 }, MINUTE, true)
  expect(usualOf(hurt).bad / usualOf(hurt).total).toBeCloseTo(0.005, 12)
  expect(hurt.recent).toHaveLength(5)
  const idle = remember(normal, { total: 0, bad: 0 }, MINUTE, false)
  expect(idle.total).toBeCloseTo(normal.total * 0.98 + 6000, 9)
})

test('the minutes just before it is seen to fail are not learned, and of another stream that fails only those since', () => {
  const seen = after(calm)
  const failing = remember(seen, { total: 6000, bad: 600 }, MINUTE, true, { rate: 0.1, normal: 0.005 })
  expect(failing.recent.map(({ isHurt = false }) => isHurt)).toEqual([true, true, true, true, true])
  expect([failing.total, failing.bad]).toEqual([seen.total, seen.bad])
  const beside = remember(seen, { total: 6000, bad: 30 }, MINUTE, true)
  expect(beside.recent.map(({ isHurt = false }) => isHurt)).toEqual([true, false, false, false, false])
})

test('what begins to fail is not taken for normal while it is not sure yet, however often it is looked at', () => {
  const chance = seeded(5)
  let normal = UNKNOWN
  let seconds = 0
  const poll = (rate: number): Group => ({ total: 540, bad: poisson(540 * rate, chance) })
  for (; seconds < 600; seconds += 10) normal = remember(normal, poll(0.005), 10_000, false)
  let failing
  for (; !failing && seconds < 900; seconds += 10) {
    const off = poll(0.03)
    failing = failingOf(normal, off, 1)
    normal = remember(normal, off, 10_000, failing !== undefined)
  }
  expect(seconds).toBeLessThan(900)
  expect(failing?.normal).toBeLessThan(0.0065)
})

/** What is asked of good rollouts: at most one in a hundred is ever held up for an incident that is none. */
describe('ordinary traffic is no incident, and ten points more are', () => {
  test.each([10, 30, 60].flatMap((every) => [1, 10, 100, 1000].map((rate) => [every, rate] as const)))(
    'polls of %i s, %i requests a second',
    (every, rate) => {
      let [ever, seen] = [0, 0]
      for (let nth = 0; nth < 200; nth += 1) {
        const chance = seeded(nth * 7919 + rate)
        const began = 300 + 300 * chance()
        for (const isHurt of [false, true]) {
          let [normal, failing] = [UNKNOWN, false]
          for (let now = 0; now < 1200 && !failing; now += every) {
            const bad = 0.005 + (isHurt && now >= began ? 0.1 : 0)
            const requests = every * rate * 0.9
            const off = { bad: poisson(requests * bad, chance), total: requests }
            failing = failingOf(normal, off, 1) !== undefined
            normal = remember(normal, off, every * 1000, failing)
          }
          if (failing && isHurt) seen += 1
          else if (failing) ever += 1
        }
      }
      expect(ever).toBeLessThanOrEqual(2)
      // At one request a second five minutes hold 27 failures where 20 are no chance: a few in a hundred are never sure.
      expect(seen).toBeGreaterThanOrEqual(rate === 1 ? 190 : 200)
    },
  )
})
