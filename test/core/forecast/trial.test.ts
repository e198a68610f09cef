import { describe, expect, it } from 'vitest'
import { episodesOf, openReplay, replay } from '../../../src/core/forecast/replay.ts'
import { seeded } from '../../../src/core/forecast/synthetic/chance.ts'
import { simulate } from '../../../src/core/forecast/synthetic/traffic.ts'
import { thin } from '../../../src/core/forecast/thin.ts'
import type { StepTrial } from '../../../src/core/forecast/trial.ts'
import { wilson } from '../../../src/core/forecast/wilson.ts'
import type { Plan } from '../../../src/core/plan/plan.ts'
import { BOTH_GROUPS, metric, MINUTE, NOW, ONE_GROUP, phase, plan, rule } from '../../helpers/core.ts'

const steps = [1, 25, 100].map((to) => ({ to, hold: 10 * MINUTE }))
const counted = metric({ measures: BOTH_GROUPS, minSamples: 50, success: rule('< 4%'), warning: { when: rule('> 4%'), for: MINUTE } })
const compared = plan({ metrics: { errors: counted }, phases: [phase({ steps, onWarning: 'hold' })] })

/** A day of traffic in which 2 % fail, a poll a minute: what happens by everybody's requests, and to each step begun in it. */
function dayOf(of: Plan): { readonly episodes: number; readonly trials: readonly StepTrial[] } {
  let now = openReplay(of, 'errors', MINUTE)
  const traffic = simulate({ name: 'day', errors: 0.02 }, 100, seeded(3))
  let [bad, total] = [0, 0]
  for (let minute = 0; now && minute < 24 * 60; minute += 1) {
    const { off } = traffic(0)
    bad += off.bad
    total += off.total
    now = replay(now, { at: NOW + minute * MINUTE, reading: { is: 'ratio', bad: { a: bad }, total: { a: total } } })
  }
  return { episodes: now ? episodesOf(now).length : -1, trials: now?.trials.map(({ trial }) => trial) ?? [] }
}

describe('a step begun again and again in the past', () => {
  it('shows that the noise of few users stops what nothing ever stopped', () => {
    const nervous = plan({
      ...compared,
      metrics: { errors: { ...counted, critical: { when: rule('> 4%'), for: MINUTE, by: 'threshold' } } },
    })
    const { episodes, trials } = dayOf(nervous)
    expect(episodes).toBe(0)
    const [few, many] = trials
    expect([few?.to, many?.to, trials.length]).toEqual([1, 25, 2])
    expect(few?.begun).toBe(48)
    // Of the 60 requests a minute that 1 % make, more than 4 % fail for two minutes now and then.
    expect((few?.stopped.rollback ?? 0) / 48).toBeGreaterThan(0.03)
    // Each is stopped once, whatever comes after that.
    const hasty = plan({ ...compared, metrics: { errors: { ...counted, critical: { when: rule('> 0.5%'), for: 0, by: 'threshold' } } } })
    for (const { begun, stopped } of dayOf(hasty).trials) expect(stopped.rollback).toBe(begun)
    expect(many?.stopped).toEqual({})
  })

  it('is not tried where everybody is looked at anyway', () => {
    expect(dayOf(plan({ ...compared, metrics: { errors: { ...counted, measures: ONE_GROUP } } }))).toEqual({ episodes: 0, trials: [] })
  })

  it('comes out the same each time', () => expect(dayOf(compared)).toEqual(dayOf(compared)))
})

describe('thinned', () => {
  it('a request is kept or not, as failed or as slow as it was', () => {
    const chance = seeded(1)
    const sums = { bad: 0, total: 0, fast: 0, all: 0 }
    for (let nth = 0; nth < 400; nth += 1) {
      const errors = thin({ is: 'ratio', gained: { all: { bad: 200, total: 1000 } } }, 0.1, chance)
      const latency = thin({ is: 'quantile', quantile: 0.5, gained: { all: { '10': 1000, '2.5': 300, '+Inf': 1000 } } }, 0.1, chance)
      const [{ bad = 0, total = 0 } = {}, slow = {}] = [errors, latency].map((each) => ('gained' in each ? each.gained.all : undefined))
      sums.bad += bad
      sums.total += total
      sums.fast += slow['2.5'] ?? 0
      sums.all += slow['+Inf'] ?? 0
      expect(bad).toBeLessThanOrEqual(total)
      expect(slow['10']).toBe(slow['+Inf'])
    }
    for (const [found, expected] of [
      [sums.bad, 8000],
      [sums.total, 40_000],
      [sums.fast, 12_000],
      [sums.all, 40_000],
    ] as const)
      expect(Math.abs(found - expected) / expected).toBeLessThan(0.04)
  })

  it('a number without counts stays what it is', () => {
    expect(thin({ is: 'value', value: 3 }, 0.1, seeded(1))).toEqual({ is: 'value', value: 3 })
  })
})

// Newcombe, Statistics in Medicine 17 (1998), table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
it.each([
  [81, 263, 0.2553, 0.3662],
  [15, 148, 0.0624, 0.1605],
  [0, 20, 0, 0.1611],
  [1, 29, 0.0061, 0.1718],
])('an interval of %i of %i', (hits, all, low, high) => {
  const [found, to] = wilson(hits, all)
  expect(found).toBeCloseTo(low, 4)
  expect(to).toBeCloseTo(high, 4)
})
