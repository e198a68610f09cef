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
const bare = plan({ metrics: { errors: metric({ measures: ONE_GROUP, critical: { when: rule('> 5%'), for: 0, by: 'threshold' } }) } })

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

describe('failures of one group', () => {
  it.each<[string, Plan, readonly (readonly [number, number] | 'gone')[], string]>([
    [
      'one bad reading is a warning',
      one,
      [[3, 50]],
      'warning false 6% > 5% (3 of 50), at most 21.9% so far, 5% is not ruled out: evidence 0.6:1, limit 100',
    ],
    [
      'one bad reading is a warning without evidence: too',
      plain,
      [[3, 50]],
      'warning false 6% > 5% (3 of 50), at most 21.9% so far, 5% is not ruled out: evidence 0.6:1, limit 100',
    ],
    ['a reading is enough where the plan says so', bare, [[3, 50]], 'critical false 6% > 5% (3 of 50)'],
    ['steps wait for good news only under evidence:', plain, [[0, 50]], 'healthy true 0% < 1% (0 of 50)'],
    [
      'a disaster is seen with the second poll',
      plain,
      times(2, [300, 300]),
      'critical false 100% > 5% (600 of 600), 99% sure: evidence 400:1, limit 100',
    ],
    [
      'and however long all was well before',
      written({ window: MINUTE }),
      [...times(60, [0, 300] as const), ...times(2, [300, 300] as const)],
      'critical false 100% > 5% (300 of 300), 99% sure: evidence 400:1, limit 100',
    ],
    ['bad for certain', one, times(4, [15, 100]), 'critical false 15% > 5% (60 of 400), 99% sure: evidence 160000:1, limit 100'],
    [
      'good, and not yet sure',
      one,
      [[0, 50]],
      'healthy false 0% < 1% (0 of 50), at most 7.78% so far, 5% is not ruled out: evidence 0.4:1, limit 100',
    ],
    ['good for certain', one, times(3, [0, 100]), 'healthy true 0% < 1% (0 of 300)'],
    [
      'a rule that is to last makes no evidence of chance',
      written({ critical: { when: rule('> 5%'), for: MINUTE } }),
      times(2, [6, 100]),
      'warning false 6% > 5% (12 of 200), at most 13.8% so far, 5% is not ruled out: evidence 0.5:1, limit 100',
    ],
    [
      'a rule that is to last makes what is certain wait',
      written({ critical: { when: rule('> 5%'), for: 2 * MINUTE } }),
      times(2, [100, 100]),
      'warning false 100% > 5% for 2m (200 of 200), 99% sure: evidence 400:1, limit 100',
    ],
    [
      'and rolls back when it has lasted',
      written({ critical: { when: rule('> 5%'), for: 2 * MINUTE } }),
      times(3, [100, 100]),
      'critical false 100% > 5% for 2m (300 of 300), 99% sure: evidence 8000:1, limit 100',
    ],
    [
      'what was certain and has passed is a warning under it',
      written({ window: MINUTE, critical: { when: rule('> 5%'), for: 5 * MINUTE } }),
      [...times(5, [15, 100] as const), [3, 100]],
      'warning false 3% (3 of 100) in all, but lately above 5%, 99% sure: evidence 2076:1, limit 100',
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
    const reading = state({ plan: bare, watch: watched(bare, [[3, 50]]) })
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
    expect(share(plain)).toBeLessThanOrEqual(0.01)
    expect(share(bare)).toBeGreaterThan(0.3)
  })

  it('evidence goes on over silence and over steps, what was shown of the rate does not', () => {
    const before = watched(one, [...times(2, [9, 100] as const), 'gone'])
    expect(before.tracks['errors']).toMatchObject({ verdict: 'unknown', single: { alone: { polls: 2 } } })
    const known = before.tracks['errors']?.single
    const next = beginWatch(one, 1, before, { errors: ratio(18, 200) }, { monotonic: 0, domain: 'test', now: NOW })
    expect(next.tracks['errors']?.single).toMatchObject({ is: 'open', evidence: known?.evidence, atMost: 1 })
    expect(withoutSingles(next).tracks['errors']?.single).toBeUndefined()
  })

  it('what has convicted a step has been answered by leaving it', () => {
    const convicted = watched(one, times(3, [50, 100]))
    expect(convicted.tracks['errors']?.single?.is).toBe('above')
    const back = beginWatch(one, 0, convicted, { errors: ratio(150, 300) }, { monotonic: 0, domain: 'test', now: NOW })
    expect(back.tracks['errors']?.single).toBeUndefined()
  })

  it('is forgotten where a reading decides, and for another change', () => {
    const before = watched(one, times(2, [9, 100] as const))
    expect(watched(bare, [[9, 100]], before).tracks['errors']?.single).toBeUndefined()
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
  expect(judgeOf(all, only, 1, 'a')).toBe('one group')
  const held = { above: 0.05, mistaken: 0.01 }
  expect(guaranteesOf(all)).toMatchObject([{ compared: { a: {} }, single: { a: held, b: held }, counted: ['c'], numbers: ['d'] }])
})

describe('beside a comparison', () => {
  const groups = (on: readonly [number, number], off: readonly [number, number]): Reading => {
    const of = ([bad, total]: readonly [number, number]) => ({ bad: { all: bad }, total: { all: total } })
    return { is: 'ratio', ...of([on[0] + off[0], on[1] + off[1]]), groups: { on: of(on), off: of(off) } }
  }
  const first = { to: 1, hold: 10 * MINUTE }
  const compared = (critical: NonNullable<Plan['metrics'][string]['critical']>): Plan =>
    plan({
      metrics: { errors: metric({ measures: BOTH_GROUPS, minSamples: 50, window: MINUTE, critical }) },
      phases: [phase({ steps: [first, { to: 100, hold: 10 * MINUTE }] })],
    })

  /** Polls of a minute at 1 % of 100 requests/s until it ends; 2 % fail with the toggle off, and `bad` with it on. */
  function ends(
    of: Plan,
    bad: number,
    seed: number,
  ): { readonly did: string; readonly judge?: string | undefined; readonly polls: number } {
    const chance = seeded(seed)
    const sums = { on: [0, 0] as [number, number], off: [0, 0] as [number, number] }
    const at = (polls: number) => ({ monotonic: polls * MINUTE, domain: 'test', now: NOW })
    let rollout = state({ plan: of, watch: beginWatch(of, 0, undefined, { errors: groups(sums.on, sums.off) }, at(0)) })
    for (let polls = 1; polls <= 10; polls += 1) {
      sums.on = [sums.on[0] + binomial(60, bad, chance), sums.on[1] + 60]
      sums.off = [sums.off[0] + binomial(5940, 0.02, chance), sums.off[1] + 5940]
      const [only = weighing] = of.phases
      rollout = state({
        plan: of,
        watch: observe(of, { phase: only, cursor: 0 }, rollout.watch, { errors: groups(sums.on, sums.off) }, at(polls)),
      })
      const { do: did, why } = decide(situationOf(rollout, NOW))
      if (did === 'rollback') return { did, judge: why.judge, polls }
    }
    return { did: 'none', polls: 10 }
  }
  const share = (of: Plan): number =>
    Array.from({ length: 100 }, (_, nth) => ends(of, 0.02, nth + 1).did).filter((did) => did === 'rollback').length / 100

  it('few users at 2% of errors are no 5%: at most 1% of good releases are rolled back, and a bare threshold rolls a fifth back', () => {
    expect(share(compared({ when: rule('> 5%'), for: 0 }))).toBeLessThanOrEqual(0.01)
    expect(share(compared({ when: rule('> 5%'), for: MINUTE }))).toBeLessThanOrEqual(0.01)
    expect(share(compared({ when: rule('> 5%'), for: 0, by: 'threshold' }))).toBeGreaterThan(0.2)
  })

  it('a disaster is rolled back with the second poll, whoever says so first', () => {
    expect(ends(compared({ when: rule('> 5%'), for: 0 }), 1, 1)).toMatchObject({ did: 'rollback', polls: 2 })
  })

  it('speaks where the comparison cannot: a fault that both groups have', () => {
    const of = compared({ when: rule('> 5%'), for: 0 })
    const poll = (nth: number) => groups([30 * nth, 60 * nth], [2970 * nth, 5940 * nth])
    const at = (polls: number) => ({ monotonic: polls * MINUTE, domain: 'test', now: NOW })
    const [only = weighing] = of.phases
    const start = beginWatch(of, 0, undefined, { errors: poll(0) }, at(0))
    const then = [1, 2].reduce((watch, nth) => observe(of, { phase: only, cursor: 0 }, watch, { errors: poll(nth) }, at(nth)), start)
    expect(decide(situationOf(state({ plan: of, watch: then }), NOW))).toMatchObject({
      do: 'rollback',
      why: { judge: 'one group', metric: 'errors' },
    })
  })
})
