import { expect, test } from 'vitest'
import { ratioAtLeast, ratioRuledOut } from '../../../src/core/evidence/ratio.ts'
import { FRESH, enterStep, evolveStream, type EvidenceStream } from '../../../src/core/evidence/stream.ts'
import { POLICY } from '../../helpers/evidence.ts'
import { poisson, seeded, type Chance } from '../../../src/core/forecast/synthetic/chance.ts'

function polls(stream: EvidenceStream, count: number, rate: number, chance: Chance): EvidenceStream {
  let after = stream
  for (let nth = 0; nth < count; nth += 1) {
    const on = { total: 15_000, bad: poisson(15_000 * rate, chance) }
    const off = { total: 15_000, bad: poisson(75, chance) }
    after = evolveStream(after, { on, off, lasted: 60_000 }, POLICY, 'all')
  }
  return after
}

test('three times as bad: at least somewhat less, and somewhat more is ruled out', () => {
  const stream = polls(FRESH, 20, 0.015, seeded(1))
  expect(ratioAtLeast(stream, 100)).toBeGreaterThan(2.2)
  expect(ratioAtLeast(stream, 100)).toBeLessThan(3)
  expect(ratioRuledOut(stream, 40)).toBeGreaterThan(3)
  expect(ratioRuledOut(stream, 40)).toBeLessThan(4)
})

test('what was seen at earlier steps counts for how bad it is, not for what is ruled out at this one', () => {
  const stream = enterStep(polls(FRESH, 20, 0.015, seeded(1)), POLICY)
  expect(ratioAtLeast(stream, 100)).toBeGreaterThan(2.2)
  expect(ratioRuledOut(stream, 40)).toBeUndefined()
})

test('nothing seen, nothing known', () => {
  expect(ratioAtLeast(FRESH, 100)).toBeUndefined()
  expect(ratioRuledOut(FRESH, 40)).toBeUndefined()
})

test('a bound on the ratio is wrong in at most 1 % of 300 rollouts, looked at after every fifth poll', () => {
  const chance = seeded(4)
  let wrong = 0
  for (let rollout = 0; rollout < 300; rollout += 1) {
    let stream = FRESH
    for (let nth = 0; nth < 4; nth += 1) {
      stream = polls(stream, 5, 0.01, chance)
      if ((ratioAtLeast(stream, 100) ?? 0) > 2 || (ratioRuledOut(stream, 100) ?? Infinity) < 2) {
        wrong += 1
        break
      }
    }
  }
  expect(wrong).toBeLessThanOrEqual(3)
})
