import { expect, test } from 'vitest'
import { UNSEEN, enterStepAlone, evidenceAbove, evolveAlone, findingAlone, type Alone } from '../../../src/core/evidence/alone.ts'
import { DEFAULTS, type Policy } from '../../../src/core/evidence/policy.ts'
import { binomial, seeded } from '../../../src/core/forecast/synthetic/chance.ts'

const POLICY: Policy = { ...DEFAULTS, shares: [] }

function after(polls: number, bad: number, rate: number): Alone {
  let alone = UNSEEN
  for (let nth = 0; nth < polls; nth += 1) alone = evolveAlone(alone, { total: 100, bad }, rate, 1)
  return alone
}

test('the known value: 12 of 300 against 2 %', () => {
  expect(evidenceAbove(0.02, { total: 300, bad: 12 })).toBeCloseTo(3.23827171122, 11)
})

test('a multiple that would be no rate is tried as nearly 1', () => {
  expect(evidenceAbove(0.5, { total: 10, bad: 10 })).toBeGreaterThan(200)
  expect(evidenceAbove(0.5, { total: 10, bad: 0 })).toBeLessThan(0.1)
})

test.each<[string, Alone, string]>([
  ['nothing seen', UNSEEN, 'open'],
  ['a few, all good', after(1, 0, 0.02), 'open'],
  ['many, all good', after(10, 0, 0.02), 'below'],
  ['four times as bad', after(10, 8, 0.02), 'above'],
  ['as bad as the limit', after(10, 2, 0.02), 'open'],
])('%s: %#', (_, alone, is) => {
  expect(findingAlone(alone, 0.02, POLICY).is).toBe(is)
})

test('what is late is found; what was proven at one step is not at the next', () => {
  let alone = after(100, 0, 0.02)
  expect(findingAlone(enterStepAlone(alone), 0.02, POLICY)).toMatchObject({ is: 'open', atMost: 1 })
  for (let nth = 0; nth < 10; nth += 1) alone = evolveAlone(alone, { total: 100, bad: 10 }, 0.02, 1)
  expect(findingAlone(alone, 0.02, POLICY).is).toBe('above')
})

test('requests that fail together count once', () => {
  const together = evolveAlone(UNSEEN, { total: 300, bad: 24 }, 0.02, 3)
  const once = evolveAlone(UNSEEN, { total: 100, bad: 8 }, 0.02, 1)
  expect(together.above.waiting).toBe(once.above.waiting)
  for (const [nth, each] of together.above.begun.entries()) expect(each).toBeCloseTo(once.above.begun[nth] ?? 0, 9)
})

test('what is no count is refused, and said once', () => {
  const refused = evolveAlone(UNSEEN, { total: 5, bad: 6 }, 0.02, 1)
  expect(refused).toEqual({ ...UNSEEN, refused: '6 bad of 5' })
  expect(evolveAlone(refused, { total: 5, bad: 1 }, 0.02, 1).refused).toBeUndefined()
})

test('exactly at the limit: called above in at most 1% of 500 rollouts of 60 polls', () => {
  const chance = seeded(9)
  let wrong = 0
  for (let rollout = 0; rollout < 500; rollout += 1) {
    let alone = UNSEEN
    for (let nth = 0; nth < 60; nth += 1) {
      alone = evolveAlone(alone, { total: 200, bad: binomial(200, 0.02 * (nth % 3 === 0 ? 0.5 : 1), chance) }, 0.02, 1)
      if (findingAlone(alone, 0.02, POLICY).is === 'above') {
        wrong += 1
        break
      }
    }
  }
  expect(wrong).toBeLessThanOrEqual(5)
})
