import { describe, expect, it } from 'vitest'
import { decide } from '../../../src/core/policy/decide.ts'
import { DEFAULTS } from '../../../src/core/evidence/policy.ts'
import type { Watch } from '../../../src/core/judge/track.ts'
import { describe as describeTrack } from '../../../src/core/judge/describe.ts'
import { withoutSingles } from '../../../src/core/judge/track.ts'
import { guaranteesOf } from '../../../src/core/forecast/guarantee.ts'
import type { Plan } from '../../../src/core/plan/plan.ts'
import type { Reading } from '../../../src/core/values/reading.ts'
import { judgeOf } from '../../../src/core/judge/single.ts'
import { binomial, seeded } from '../../../src/core/forecast/synthetic/chance.ts'
import { beginWatch, observe } from '../../../src/core/judge/watch.ts'
import { BOTH_GROUPS, ONE_GROUP, gone, metric, MINUTE, NOW, phase, plan, ratio, rule, state } from '../../helpers/core.ts'
import { situationOf } from '../../../src/core/policy/situation.ts'

const counted = metric({ measures: ONE_GROUP })
const weighing = phase({ evidence: { pace: 'evidence', policy: DEFAULTS } })
const one = plan({ metrics: { errors: counted }, phases: [weighing] })
const written = (more: Parameters<typeof metric>[0]): Plan =>
  plan({ metrics: { errors: metric({ measures: ONE_GROUP, ...more }) }, phases: [weighing] })
const plain = plan({ metrics: { errors: counted } })

/** Polls a minute apart of so many requests and failures each, at the first step. */
function watched(of: Plan, polls: readonly (readonly [bad: number, total: number] | 'gone')[], from?: Watch): Watch {
  const [current = weighing] = of.phases
  const sums = { bad: 0, total: 0 }
  const reading = (poll: (typeof polls)[number]): Reading => {
    if (poll === 'gone') return gone
    sums.bad += poll[0]
    sums.total += poll[1]
    return ratio(sums.bad, sums.total)
  }
  const start = beginWatch(of, 0, from, { errors: ratio(0, 0) }, { monotonic: 0, domain: 'test', now: NOW })
  return polls.reduce<Watch>(
    (before, poll, nth) =>
      observe(
        of,
        { phase: current, cursor: 0 },
        before,
        { errors: reading(poll) },
        { monotonic: (nth + 1) * MINUTE, domain: 'test', now: NOW },
      ),
    start,
  )
}

const times = <Poll>(count: number, poll: Poll): Poll[] => Array.from({ length: count }, () => poll)
const said = (of: Plan, watch: Watch): string => {
  const [rules, track] = [of.metrics['errors'], watch.tracks['errors']]
  return rules && track ? `${track.verdict} ${track.met} ${describeTrack(rules, track)}` : ''
}

describe('one group under evidence:', () => {
  it.each<[string, Plan, readonly (readonly [number, number] | 'gone')[], string]>([
    [
      'one bad reading is a warning',
      one,
      [[3, 50]],
      'warning false 6% > 5% (3 of 50), at most 21.9% so far, 5% is not ruled out: evidence 0.6:1, limit 100',
    ],
    ['without evidence: it is critical', plain, [[3, 50]], 'critical false 6% > 5% (3 of 50)'],
    ['bad for certain', one, times(4, [15, 100]), 'critical false 15% (60 of 400), above 5%, 99% sure: evidence 160000:1, limit 100'],
    [
      'good, and not yet sure',
      one,
      [[0, 50]],
      'healthy false 0% < 1% (0 of 50), at most 7.78% so far, 5% is not ruled out: evidence 0.4:1, limit 100',
    ],
    ['good for certain', one, times(3, [0, 100]), 'healthy true 0% < 1% (0 of 300)'],
    [
      'a rule that is to last keeps its word',
      written({ critical: { when: rule('> 5%'), for: MINUTE } }),
      times(2, [6, 100]),
      'critical false 6% > 5% for 1m (12 of 200), at most 13.8% so far, 5% is not ruled out: evidence 0.5:1, limit 100',
    ],
    [
      'a rule below which it is bad is no bound',
      written({ success: rule('> 95%'), warning: { when: rule('< 95%'), for: 0 }, critical: { when: rule('< 90%'), for: 0 } }),
      [[60, 100]],
      'critical false 60% < 90% (60 of 100)',
    ],
  ])('%s', (_, of, polls, text) => expect(said(of, watched(of, polls))).toBe(text))

  it('rolls back, and says which judge spoke', () => {
    const bad = state({ plan: one, watch: watched(one, times(4, [15, 100])) })
    expect(decide(situationOf(bad, NOW))).toMatchObject({ do: 'rollback', why: { code: 'critical', metric: 'errors', judge: 'one group' } })
    const reading = state({ plan: plain, watch: watched(plain, [[3, 50]]) })
    expect(decide(situationOf(reading, NOW))).toMatchObject({ do: 'rollback', why: { judge: 'threshold' } })
  })

  it('holds while not sure, and pauses when it stays above the threshold', () => {
    const above = (polls: number) => state({ plan: one, watch: watched(one, times(polls, [6, 100])) })
    expect([1, 4, 7].map((polls) => decide(situationOf(above(polls), NOW)).do)).toEqual(['hold', 'hold', 'pause'])
  })

  it('exactly at the threshold: rolled back in at most 1% of 300 rollouts of 60 polls; a bare threshold in nearly all', () => {
    const share = (of: Plan): number => {
      const chance = seeded(5)
      const ends = Array.from({ length: 300 }, () => {
        const polls = times(60, 0).map(() => [binomial(100, 0.05, chance), 100] as const)
        return said(of, watched(of, polls)).startsWith('critical')
      })
      return ends.filter(Boolean).length / ends.length
    }
    expect(share(one)).toBeLessThanOrEqual(0.01)
    expect(share(plain)).toBeGreaterThan(0.3)
  })

  it('evidence goes on over silence and over steps, what was shown of the rate does not', () => {
    const before = watched(one, [...times(2, [9, 100] as const), 'gone'])
    expect(before.tracks['errors']).toMatchObject({ verdict: 'unknown', single: { alone: { polls: 2 } } })
    const known = before.tracks['errors']?.single
    const next = beginWatch(one, 1, before, { errors: ratio(18, 200) }, { monotonic: 0, domain: 'test', now: NOW })
    expect(next.tracks['errors']?.single).toMatchObject({ is: 'open', evidence: known?.evidence, atMost: 1 })
    expect(withoutSingles(next).tracks['errors']?.single).toBeUndefined()
  })

  it('is forgotten under a plan without evidence:, and for another change', () => {
    const before = watched(one, times(2, [9, 100] as const))
    expect(watched(plain, [[9, 100]], before).tracks['errors']?.single).toBeUndefined()
    const other = plan({ metrics: { errors: counted }, phases: [{ ...weighing, id: 'other' }] })
    expect(watched(other, [[9, 100]], before).tracks['errors']?.single?.alone.polls).toBe(1)
  })

  it('is the same after it has been saved and read back', () => {
    const live = watched(one, times(4, [5, 100] as const))
    expect(JSON.parse(JSON.stringify(live))).toEqual(live)
  })
})

it('what judges a metric, and what is promised of it', () => {
  const compared = metric({ measures: BOTH_GROUPS })
  const all = plan({
    metrics: { a: compared, b: counted, c: metric({ measures: { what: 'latency', groups: 1, quantile: 0.95 } }), d: metric() },
    phases: [phase({ metrics: ['a', 'b', 'c', 'd'], evidence: { pace: 'evidence', policy: DEFAULTS } })],
  })
  const [only = weighing] = all.phases
  expect(['a', 'b', 'c', 'd'].map((name) => judgeOf(all, only, 0, name))).toEqual(['comparison', 'one group', 'threshold', 'threshold'])
  expect(judgeOf(all, only, 1, 'a')).toBe('threshold')
  expect(guaranteesOf(all)).toMatchObject([
    { compared: { a: {} }, single: { b: { above: 0.05, mistaken: 0.01 } }, counted: ['c'], numbers: ['d'] },
  ])
})
