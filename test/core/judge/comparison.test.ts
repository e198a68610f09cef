import { describe, expect, it } from 'vitest'
import { rampAt, resumed, weigh, type Comparison } from '../../../src/core/judge/comparison.ts'
import { focused } from '../../../src/core/judge/compare.ts'
import { decide } from '../../../src/core/policy/decide.ts'
import { DEFAULTS } from '../../../src/core/evidence/policy.ts'
import { situationOf } from '../../../src/core/policy/situation.ts'
import { guaranteesOf } from '../../../src/core/forecast/guarantee.ts'
import type { Plan } from '../../../src/core/plan/plan.ts'
import type { Missing, Reading } from '../../../src/core/values/reading.ts'
import { arriveAt, compareNext, type Compared } from '../../helpers/counted.ts'
import { BOTH_GROUPS, metric, MINUTE, NOW, phase, plan, state, toggle, track, watch } from '../../helpers/core.ts'

const step = (to: number) => ({ to, hold: 10 * MINUTE })
const compared = metric({ measures: BOTH_GROUPS })

/** 1 → 25 → 50 → 100 %, with one metric that tells the groups apart. */
function ladder(more: Partial<Plan> = {}): Plan {
  return plan({ metrics: { errors: compared }, phases: [phase({ steps: [1, 25, 50, 100].map(step) })], ...more })
}

const both = phase({ steps: [1, 25, 50, 100].map(step), metrics: ['errors', 'latency'] })

/** Counters after `polls` polls of so many requests, of which so many failed, in each group. */
function counters(polls: number, on: readonly [number, number], off: readonly [number, number]): Reading {
  const [[onTotal, onBad], [offTotal, offBad]] = [on, off].map((each) => each.map((count) => 1000 + count * polls)) as [number[], number[]]
  const series = (bad = 0, total = 0) => ({ bad: { a: bad }, total: { a: total } })
  return {
    is: 'ratio',
    bad: { on: onBad ?? 0, off: offBad ?? 0 },
    total: { on: onTotal ?? 0, off: offTotal ?? 0 },
    groups: { on: series(onBad, onTotal), off: series(offBad, offTotal) },
  }
}

/** The comparison after polls at one step, each a minute of that traffic. */
function after(
  polls: number,
  on: readonly [number, number],
  off: readonly [number, number],
  { cursor = 1, of = ladder() } = {},
): Compared & { readonly comparison: Comparison } {
  let compared: Compared = {}
  for (let nth = 0; nth <= polls; nth += 1) compared = compareNext(of, cursor, compared, { errors: counters(nth, on, off) })
  const { comparison, ...rest } = compared
  if (!comparison) throw new Error('there is no ramp')
  return { ...rest, comparison }
}

const at = ({ comparison }: Compared = {}, more: Partial<ReturnType<typeof state>> = {}, of = ladder()) =>
  state({ plan: of, cursor: 1, exposures: { A: 25 }, watch: watch({ errors: track() }, { ...(comparison && { comparison }) }), ...more })

describe('a ramp', () => {
  it.each<[string, Plan, number, readonly number[] | undefined]>([
    ['before the first step', ladder(), -1, undefined],
    ['at 1%', ladder(), 0, [0.01, 0.25, 0.5]],
    ['at 50%', ladder(), 2, [0.01, 0.25, 0.5]],
    ['at 100%: nobody is without', ladder(), 3, undefined],
    ['no metric tells the groups apart', ladder({ metrics: { errors: metric() } }), 0, undefined],
    ['the metric is about another toggle', ladder({ metrics: { errors: metric({ measures: BOTH_GROUPS, toggle: 'B' }) } }), 0, undefined],
    ['the metric is about this one', ladder({ metrics: { errors: metric({ measures: BOTH_GROUPS, toggle: 'A' }) } }), 0, [0.01, 0.25, 0.5]],
    ['everybody or nobody', ladder({ toggles: { A: toggle({ exposure: 'all' }) } }), 0, undefined],
  ])('%s', (_, of, cursor, shares) => expect(rampAt(of, cursor)?.policy.shares).toEqual(shares))

  it('is of one toggle where they go one by one', () => {
    const of = ladder({
      toggles: { A: toggle(), B: toggle({ variable: 'B' }) },
      phases: [phase({ toggles: ['A', 'B'], steps: [step(10), step(100)] })],
    })
    expect([0, 1, 2, 3].map((cursor) => rampAt(of, cursor)?.of)).toEqual(['core/A', undefined, 'core/B', undefined])
  })
})

describe('thresholds', () => {
  it('look at those who have the change, while some do not', () => {
    const [on, off] = [
      { bad: 5, total: 100 },
      { bad: 1, total: 9900 },
    ]
    const reading = { is: 'ratio', gained: { on, off } } as const
    expect(focused(rampAt(ladder(), 0), { errors: reading })['errors']).toEqual({ is: 'ratio', gained: { all: on } })
    expect(focused(rampAt(ladder(), 3), { errors: reading })['errors']).toBe(reading)
  })
})

describe('the comparison', () => {
  it('counts what each group gained, and says when it is enough to go on', () => {
    const good = after(4, [1500, 7], [4500, 22])
    expect(good.comparison.ledger.entries[0]?.stream.step).toMatchObject({ on: { total: 6000, bad: 28 }, off: { total: 18_000, bad: 88 } })
    expect(weigh(at(good))?.finding.do).toBe('advance')
    expect(situationOf(at(good), NOW).gates.map(({ name, open }) => [name, open])).toEqual([
      ['evidence', true],
      ['metrics', true],
    ])
    expect(decide(situationOf(at(good), NOW)).do).toBe('advance')
  })

  it('does not go up on it beside a metric of which nothing is known', () => {
    const good = after(4, [1500, 7], [4500, 22])
    const of = ladder({ metrics: { errors: compared, latency: metric({ looksBack: MINUTE }) }, phases: [both] })
    const unknown = (reason: Missing) => track({ verdict: 'unknown', met: false, missing: { reason, detail: '' } })
    for (const reason of ['few-samples', 'first-poll', 'no-traffic', 'reset', 'looks-back', 'late', 'in-turn', 'stale'] as const) {
      for (const tracks of [
        { errors: unknown(reason), latency: track() },
        { errors: track(), latency: unknown(reason) },
      ]) {
        const now = at(good, { watch: watch(tracks, { comparison: good.comparison }) }, of)
        expect([reason, decide(situationOf(now, NOW)).do]).toEqual([reason, 'hold'])
      }
    }
  })

  it('rolls back what no threshold sees, and says by how much', () => {
    const bad = after(8, [1500, 30], [4500, 22])
    const decision = decide(situationOf(at(bad), NOW))
    expect(decision.do).toBe('rollback')
    expect(decision.why.text).toMatch(
      /^errors on 240\/12000 \(2%\) vs off 176\/36000 \(0\.489%\): at least [\d.]+× worse, 99% sure \(tolerance 1\.1×\)\. Evidence over 1000000:1, limit 100\.$/,
    )
    // Even while paused.
    expect(decide(situationOf(at(bad, { status: 'paused', stopped: { why: decision.why, at: NOW, actor: 'ana', seq: 4 } }), NOW)).do).toBe(
      'rollback',
    )
  })

  it('names the contingency behind what it says, in one sentence', () => {
    const contingencies = { x: { scope: { is: 'phase' }, notify: [] } } as const
    const of = ladder({ metrics: { errors: metric({ measures: BOTH_GROUPS, contingency: 'x' }) }, contingencies })
    const bad = after(8, [1500, 30], [4500, 22], { of })
    expect(decide(situationOf(at(bad, {}, of), NOW)).why.text).toMatch(/, limit 100; contingency x: /)
  })

  it('weighs a metric against bounds of its own', () => {
    const of = ladder({ metrics: { errors: metric({ measures: BOTH_GROUPS, evidence: { tolerance: 6, critical: 8 } }) } })
    const bad = after(8, [1500, 30], [4500, 22], { of })
    expect(decide(situationOf(at(bad, {}, of), NOW)).do).toBe('advance')
    const worse = after(8, [1500, 75], [4500, 22], { of })
    expect(decide(situationOf(at(worse, {}, of), NOW))).toMatchObject({
      do: 'rollback',
      why: { text: expect.stringContaining('(tolerance 6.0×)') },
    })
    const last = after(40, [3000, 15], [3000, 15], { of, cursor: 2 })
    expect(weigh(at(last, { cursor: 2, exposures: { A: 50 } }, of))?.text).toMatch(/^8\.0× as bad is ruled out/)
  })

  it('holds, and neither advances nor rolls back, while there is nothing to go by', () => {
    for (const comparison of [undefined, after(1, [1500, 7], [4500, 22]), after(2, [0, 0], [6000, 30])]) {
      const decision = decide(situationOf(at(comparison), NOW))
      expect([decision.do, situationOf(at(comparison), NOW).gates[0]]).toEqual([
        'hold',
        expect.objectContaining({ name: 'evidence', open: false }),
      ])
    }
  })

  it('by the clock, enough evidence is no reason to hurry, and none is no reason to wait', () => {
    const of = ladder({ phases: [phase({ steps: [1, 25, 50, 100].map(step), evidence: { pace: 'clock', policy: DEFAULTS } })] })
    const good = after(4, [1500, 7], [4500, 22], { of })
    expect(decide(situationOf(at(good, {}, of), NOW))).toMatchObject({ do: 'hold', why: { text: 'hold 0s of 10m' } })
    const held = { watch: watch({ errors: track() }, { credit: 10 * MINUTE }) }
    expect(decide(situationOf(at(undefined, held, of), NOW)).do).toBe('advance')
    expect(decide(situationOf(at(after(8, [1500, 30], [4500, 22], { of }), {}, of), NOW)).do).toBe('rollback')
  })

  it.each([
    ['reaches everybody, and waits for the proof', 100, 8, 'hold'],
    ['reaches everybody, and asks when there is none', 100, 240, 'pause'],
    ['reaches some, and waits for nothing', 60, 8, 'advance'],
    ['reaches some, and asks nobody', 60, 240, 'advance'],
  ] as const)('by the clock the next step %s', (_, to, polls, what) => {
    const clock = { pace: 'clock', policy: DEFAULTS } as const
    const of = ladder({ phases: [phase({ steps: [1, 50, to, 100].slice(0, to === 100 ? 3 : 4).map(step), evidence: clock })] })
    // Too few requests to know anything.
    const { comparison } = after(polls, [3, 0], [3, 0], { of, cursor: 1 })
    const decided = (credit: number) => {
      const held = { watch: watch({ errors: track() }, { credit, ...(comparison && { comparison }) }), cursor: 1, exposures: { A: 50 } }
      return decide(situationOf(at(undefined, held, of), NOW)).do
    }
    expect(decided(10 * MINUTE)).toBe(what)
    expect(decided(9 * MINUTE)).toBe('hold')
  })

  it('pauses when the traffic is not divided as the step says, and goes on counting after a person has looked', () => {
    const wrong = after(10, [5000, 25], [1000, 5])
    expect(decide(situationOf(at(wrong), NOW))).toMatchObject({
      do: 'pause',
      why: { code: 'evidence', text: '83.3% of the traffic has the toggle on, not the 25% of this step.' },
    })
    expect(weigh(at({ comparison: resumed(wrong.comparison) }))?.finding).toMatchObject({ do: 'hold', because: 'polls' })
  })

  describe('what one group, or both, do not say', () => {
    const there = (poll: number) => {
      const full = counters(poll, [1500, 9], [4500, 22])
      if (full.is !== 'ratio' || !full.groups) throw new Error('no groups')
      return { ...full, groups: full.groups }
    }
    const present = there(4).groups
    const later = (poll: number, on: boolean, off: boolean): Reading => {
      const { groups, ...rest } = there(poll)
      return { ...rest, groups: { on: on ? groups.on : present.on, off: off ? groups.off : present.off } }
    }
    const absent = (poll: number): Reading => ({ ...there(poll), groups: { ...there(poll).groups, on: { bad: {}, total: {} } } })
    const unreadable: Reading = { is: 'missing', reason: 'unreachable', detail: 'refused' }
    /** What is decided after each of five polls that follow four good ones. */
    const decided = (reading: (poll: number) => Reading, of = ladder()): readonly string[] => {
      let compared: Compared = after(4, [1500, 9], [4500, 22], { of })
      return [5, 6, 7, 8, 9].map((poll) => {
        compared = compareNext(of, 1, compared, { errors: reading(poll) })
        return decide(situationOf(at(compared, {}, of), NOW)).do
      })
    }
    it.each<[string, (poll: number) => Reading, readonly string[]]>([
      ['one missing scrape holds', (poll) => (poll === 5 ? unreadable : later(poll, true, true)), ['hold', 'advance']],
      ['one scrape without one group holds', (poll) => (poll === 5 ? absent(poll) : later(poll, true, true)), ['hold', 'advance']],
      ['those with it silent for three polls: pause', (poll) => later(poll, false, true), ['hold', 'hold', 'pause']],
      ['those with it no longer there for three polls: pause', absent, ['hold', 'hold', 'pause']],
      ['those without it silent for three polls: pause', (poll) => later(poll, true, false), ['hold', 'hold', 'pause']],
      ['both silent: nothing moves, and after three polls it is paused', (poll) => later(poll, false, false), ['hold', 'hold', 'pause']],
      // The metric itself is missing: onNoData and patience say what that means.
      ['unreadable', () => unreadable, ['hold', 'hold', 'hold', 'hold']],
    ])('%s', (_, reading, does) => expect(decided(reading).slice(0, does.length)).toEqual(does))

    it('is not asked about where missing data is to be ignored', () => {
      const of = ladder({ metrics: { errors: metric({ measures: BOTH_GROUPS, onNoData: 'ignore' }) } })
      expect(decided(absent, of)).toEqual(['hold', 'hold', 'hold', 'hold', 'hold'])
    })

    it('those with it may be too few to be there', () => {
      let compared: Compared = {}
      for (let poll = 0; poll <= 5; poll += 1) {
        const few = counters(poll, [0, 0], [60, 0])
        const reading: Reading = few.is === 'ratio' && few.groups ? { ...few, groups: { ...few.groups, on: { bad: {}, total: {} } } } : few
        compared = compareNext(ladder(), 0, compared, { errors: reading })
      }
      expect(compared.comparison?.ledger.gaps['errors']).toMatchObject({ reason: 'unread', group: 'on', polls: 5 })
      expect(decide(situationOf(at(compared, { cursor: 0, exposures: { A: 1 } }), NOW)).do).toBe('hold')
    })
  })

  it('is the same after it has been saved and read back, at every poll', () => {
    let [live, saved]: [Compared, Compared] = [{}, {}]
    for (let nth = 0; nth <= 6; nth += 1) {
      const reading = { errors: counters(nth, [1500, 9], [4500, 22]) }
      live = compareNext(ladder(), 1, live, reading)
      saved = JSON.parse(JSON.stringify(compareNext(ladder(), 1, saved, reading)))
      expect(saved).toEqual(live)
    }
  })

  it('begins anew where the journal holds that of an earlier version', () => {
    const { lasted: _, ...earlier } = after(10, [1000, 5], [3000, 15]).comparison.ledger
    const before: Comparison = { of: 'core/A', ledger: JSON.parse(JSON.stringify(earlier)) as Comparison['ledger'] }
    const now = compareNext(ladder(), 1, { comparison: before }, { errors: counters(0, [1000, 5], [3000, 15]) })
    expect(now.comparison?.ledger.polls).toBe(0)
    expect(weigh(at({ comparison: before }))?.finding).toMatchObject({ do: 'hold', because: 'polls' })
  })

  it('waits while the users without the change are failing too, and goes on by itself when that is over', () => {
    const of = ladder()
    const gained = [...Array.from({ length: 5 }, () => 15), ...Array.from({ length: 6 }, () => 600), ...Array.from({ length: 6 }, () => 15)]
    let compared: Compared = compareNext(of, 1, {}, { errors: counters(0, [1000, 5], [3000, 15]) })
    let [on, off] = [0, 0]
    const said = gained.map((bad, nth) => {
      on += bad / 3
      off += bad
      compared = compareNext(of, 1, compared, { errors: counters(1, [1000 * (nth + 1), on], [3000 * (nth + 1), off]) })
      return decide(situationOf(at(compared), NOW)).do
    })
    expect(said).not.toContain('pause')
    expect(said.slice(5, 11)).toEqual(Array.from({ length: 6 }, () => 'hold'))
    expect(weigh(at(compared))?.finding).toMatchObject({ do: 'advance' })
  })

  it('does not take what was counted on the way to a step for the step’s own', () => {
    const before = after(2, [60, 0], [5940, 30], { cursor: 0 })
    const there = arriveAt(ladder(), 1, before, { errors: counters(3, [60, 0], [5940, 30]) })
    const now = compareNext(ladder(), 1, there, { errors: counters(4, [60, 0], [5940, 30]) }).comparison
    expect(now?.ledger.entries[0]?.stream.step.on).toEqual({ total: 60, bad: 0 })
    expect(now?.ledger.entries[0]?.stream.past[0]?.on).toEqual({ total: 120, bad: 0 })
  })

  it('takes a counter that was reset from zero, and a group that is not there for none', () => {
    const before = after(2, [1500, 9], [4500, 22])
    const reset: Reading = {
      is: 'ratio',
      bad: {},
      total: {},
      groups: { on: { bad: { a: 1 }, total: { a: 100 } }, off: { bad: { a: 1050 }, total: { a: 14_000 } } },
    }
    const again: Reading = {
      ...reset,
      groups: { on: { bad: { a: 2 }, total: { a: 300 } }, off: { bad: { a: 1060 }, total: { a: 18_000 } } },
    }
    // Held back until the next sample tells that its process began again.
    const known = compareNext(ladder(), 1, compareNext(ladder(), 1, before, { errors: reset }), { errors: again })
    expect(known.comparison?.ledger.entries[0]?.stream.step.on).toEqual({ total: 3300, bad: 20 })
    const gone: Reading = {
      is: 'ratio',
      bad: {},
      total: {},
      groups: { on: { bad: {}, total: {} }, off: { bad: { a: 1088 }, total: { a: 19_000 } } },
    }
    expect(compareNext(ladder(), 1, before, { errors: gone }).comparison?.ledger.gaps['errors']).toMatchObject({
      reason: 'unread',
      group: 'on',
    })
    expect(compareNext(ladder(), 1, before, {}).comparison?.ledger.gaps['errors']).toMatchObject({ reason: 'unread', group: 'both' })
  })
})

it('a plan says what it can promise, and what it cannot', () => {
  const one = {
    phases: [phase(), phase({ id: 'more', toggles: ['B'], metrics: [] })],
    toggles: { A: toggle(), B: toggle({ variable: 'B' }) },
  }
  expect(guaranteesOf(ladder(one))).toMatchObject([
    { phase: 'core', evidence: { pace: 'evidence', policy: { alpha: 0.01 } } },
    { phase: 'more' },
  ])
})
