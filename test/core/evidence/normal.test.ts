import { expect, test } from 'vitest'
import { UNKNOWN, isFailing, remember, type Normal } from '../../../src/core/evidence/normal.ts'
import type { Group } from '../../../src/core/evidence/likelihood.ts'
import { poisson, seeded } from '../../../src/core/forecast/synthetic/chance.ts'

function after(polls: readonly Group[]): Normal {
  return polls.reduce<Normal>((normal, poll) => remember(normal, poll, true), UNKNOWN)
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
    'the same over five polls',
    after([{ total: 600_000, bad: 3000 }, ...Array.from({ length: 4 }, () => ({ total: 100, bad: 3 }))]),
    { total: 100, bad: 4 },
    true,
  ],
  ['no error ever before', after([{ total: 6000, bad: 0 }]), { total: 6000, bad: 100 }, true],
])('%s', (_, normal, off, failing) => {
  expect(isFailing(normal, off)).toBe(failing)
})

test('what is normal is not learned while something is wrong, and forgotten by 2% a poll', () => {
  const normal = after(calm)
  const hurt = remember(normal, { total: 6000, bad: 600 }, false)
  expect([hurt.total, hurt.bad]).toEqual([normal.total, normal.bad])
  expect(hurt.recent).toHaveLength(4)
  expect(remember(normal, { total: 0, bad: 0 }, true).total).toBeCloseTo(normal.total * 0.98, 9)
})

test('ordinary traffic is no incident: fewer than one false alarm in 5,000 polls', () => {
  const chance = seeded(3)
  let normal = UNKNOWN
  let alarms = 0
  for (let nth = 0; nth < 5000; nth += 1) {
    const off = { total: 600, bad: poisson(3, chance) }
    if (isFailing(normal, off)) alarms += 1
    normal = remember(normal, off, true)
  }
  expect(alarms).toBeLessThanOrEqual(1)
})
