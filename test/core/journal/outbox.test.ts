import { describe, expect, it } from 'vitest'
import { AUDIENCES, type NoticeKind } from '../../../src/core/values/notice-kind.ts'
import type { Fact } from '../../../src/core/journal/event.ts'
import { compose } from '../../../src/core/journal/message.ts'
import { unreachedIn } from '../../../src/core/journal/outbox.ts'
import { owedTo } from '../../../src/core/journal/owed-to.ts'
import type { Channel, Plan } from '../../../src/core/plan/plan.ts'
import { evolve } from '../../../src/core/journal/fold.ts'
import type { State } from '../../../src/core/journal/state.ts'
import { next, phase, plan, stamp, started, watch } from '../../helpers/core.ts'

const channel = (events: readonly NoticeKind[] = AUDIENCES.team): Channel => ({
  use: 'fake',
  options: {},
  audience: 'team',
  events,
  timeout: 1000,
})
const needsApproval = phase({
  steps: [
    { to: 10, hold: 0 },
    { to: 100, hold: 0, approval: { group: 'managers', count: 2 } },
  ],
})
const PLAN: Plan = plan({
  notify: { all: channel(), oncall: channel(AUDIENCES['on-call']) },
  phases: [needsApproval],
  approvers: { managers: ['ana', 'ben'] },
})
const critical = { code: 'critical', text: 'errors 7.8% > 5% (94 of 1204)', metric: 'errors' } as const
const healthy = { code: 'healthy', text: 'every gate is open' } as const
const up: Fact = { type: 'intended', move: 'advance', cursor: 0, exposures: { A: 10 }, why: healthy }
const down: Fact = { type: 'intended', move: 'rollback', cursor: -1, exposures: { A: 0 }, why: critical }

const all = (facts: readonly Fact[], of = PLAN): State => facts.reduce((before, fact) => next(before, fact, 'ana'), started(of))
const GONE = { name: 'target', target: 'web', text: 'cannot be read: web: gone' } as const
const CHANGED = { name: 'drift', target: 'web', text: 'web holds A=true instead of 10%' } as const
const kinds = (state: State, name = 'all'): readonly string[] => owedTo(state.plan, state.outbox, name).map(({ kind }) => kind)

describe('what a channel is owed', () => {
  it.each<[string, readonly Fact[], readonly string[]]>([
    ['a start', [], ['started']],
    ['an intent to go up is no news: it has not arrived', [up], ['started']],
    [
      'a step that arrived, and who must agree to the next',
      [up, { type: 'arrived', intent: 2, missing: [], watch: watch() }],
      ['started', 'advanced', 'approval-needed'],
    ],
    ['an arrival at another intent', [up, { type: 'arrived', intent: 7, missing: [], watch: watch() }], ['started']],
    ['a rollback as soon as it is decided', [up, down], ['started', 'rolled-back']],
    [
      'what came of it',
      [up, down, { type: 'refused', intent: 3, target: 'web', error: 'full' }, { type: 'arrived', intent: 3, missing: [], watch: watch() }],
      ['started', 'rolled-back', 'refused', 'confirmed'],
    ],
    [
      'a rollback that is made sure of again',
      [down, { type: 'arrived', intent: 2, missing: [], watch: watch() }, down],
      ['started', 'rolled-back', 'confirmed'],
    ],
    [
      'a pause, once',
      [
        { type: 'paused', why: healthy },
        { type: 'paused', why: healthy },
      ],
      ['started', 'paused'],
    ],
    [
      'what somebody else changed, once, and not what cannot be read',
      [
        { type: 'blocked', by: [GONE] },
        { type: 'blocked', by: [GONE, CHANGED] },
        { type: 'blocked', by: [CHANGED] },
      ],
      ['started', 'drifted'],
    ],
    ['an end', [{ type: 'completed', why: healthy }], ['started', 'completed']],
    ['nothing of what is only watched', [{ type: 'observed', watch: watch() }, { type: 'detached' }], ['started']],
  ])('%s', (_, facts, expected) => {
    expect(kinds(all(facts))).toEqual(expected)
  })

  it('only what it asked for', () => {
    const state = all([up, { type: 'arrived', intent: 2, missing: [], watch: watch() }, down])
    expect(kinds(state, 'oncall')).toEqual(['started', 'rolled-back'])
    expect(kinds(state, 'nobody')).toEqual([])
    expect(kinds(state, 'constructor')).toEqual([])
  })

  it('a retreat whose contingency names it, unless it is silenced', () => {
    const contingencies = { fast: { scope: { is: 'phase' }, notify: ['quiet', 'silenced', 'ana'] } } as const
    const called = { ...PLAN, contingencies, notify: { ...PLAN.notify, quiet: channel(['completed']), silenced: channel([]) } }
    const state = all([up, { ...down, why: { ...critical, contingency: 'fast' } }], called)
    expect(kinds(state, 'quiet')).toEqual(['rolled-back'])
    expect(kinds(state, 'silenced')).toEqual([])
    expect(kinds(all([up, down], called), 'quiet')).toEqual([])
  })

  it('nothing while the plan has no channel', () => {
    expect(all([up, down], plan()).outbox).toBeUndefined()
  })

  it('what was told is owed no more, and is kept until the last channel has it', () => {
    const told = all([down, { type: 'notified', channel: 'all', through: 2, attempts: 1 }])
    expect([kinds(told), kinds(told, 'oncall')]).toEqual([[], ['started', 'rolled-back']])
    const both = next(told, { type: 'notified', channel: 'oncall', through: 2, attempts: 3, error: 'gone' })
    expect(both.outbox).toMatchObject({ told: { all: 2, oncall: 2 }, notices: [] })
    // Somebody else's older word changes nothing.
    expect(next(both, { type: 'notified', channel: 'all', through: 1, attempts: 1 }).outbox?.told).toEqual({ all: 2, oncall: 2 })
  })

  it('a channel that comes with another plan is told from there on', () => {
    const before = all([down])
    const edited = { ...PLAN, notify: { all: channel(), fresh: channel() } }
    const state = next(before, { type: 'replanned', plan: edited, digest: 'd', files: {}, baseline: { A: 0 } })
    expect(kinds(state, 'fresh')).toEqual(['replanned'])
    expect(kinds(state)).toEqual(['started', 'rolled-back', 'replanned'])
    const none = next(state, { type: 'replanned', plan: plan(), digest: 'd', files: {}, baseline: { A: 0 } })
    expect(none.outbox).toBeUndefined()
  })

  it('what is still owed outlives the next start', () => {
    const over = all([{ type: 'completed', why: healthy }])
    const again = next(over, { type: 'started', plan: PLAN, digest: 'd', files: {}, baseline: { A: 0 } })
    expect(kinds(again)).toEqual(['started', 'completed', 'started'])
  })

  it('keeps no megabyte of a reason', () => {
    const before = started(PLAN)
    const state = evolve(before, {
      ...stamp({ type: 'paused', why: { code: 'operator', text: 'x'.repeat(1_000_000) } }, before),
      reason: '😀'.repeat(500_000),
    })
    const [, notice] = owedTo(PLAN, state?.outbox, 'all')
    expect([notice?.about?.length, notice?.reason]).toEqual([500, `${'😀'.repeat(249)}…`])
  })
})

describe('what is said', () => {
  const said = (facts: readonly Fact[], template?: string) => {
    const state = all(facts)
    const notice = owedTo(state.plan, state.outbox, 'all').at(-1)
    if (!notice) throw new Error('nothing is owed')
    return compose({ name: 'shop', environment: 'production' }, notice, template)
  }

  it.each<[readonly Fact[], Partial<ReturnType<typeof compose>>]>([
    [
      [up, { type: 'arrived', intent: 2, missing: [], watch: watch() }, down],
      {
        title: 'shop@production rolled back',
        text: 'A 10% → 0%: errors 7.8% > 5% (94 of 1204) · step 1 of 2, phase core · by ana',
        severity: 'critical',
        alert: 'opens',
        next: 'rollout explain --env production',
        key: 'rollout/shop@production',
      },
    ],
    [[{ type: 'paused', why: { code: 'operator', text: 'lunch' } }], { severity: 'info', alert: 'none' }],
    [[{ type: 'paused', why: critical }], { severity: 'warning', alert: 'opens', next: 'rollout resume --env production' }],
    [[down, { type: 'resumed' }], { title: 'shop@production resumed', alert: 'closes' }],
    [
      [up, { type: 'arrived', intent: 2, missing: [], watch: watch() }],
      { title: 'shop@production needs an approval', text: 'step 2, A at 100%, needs 2 of managers · step 1 of 2, phase core · by ana' },
    ],
  ])('%#', (facts, expected) => {
    expect(said(facts)).toMatchObject(expected)
  })

  it('fills a template, and looks at what it filled in no more', () => {
    const why = { code: 'operator', text: '{{actor}} {{rollout}}' } as const
    expect(said([{ type: 'paused', why }], '{{event}} of {{rollout}} at {{step}}/{{steps}} by {{actor}}: {{about}}{{reason}}').text).toBe(
      'paused of shop at 0/2 by ana: {{actor}} {{rollout}}',
    )
  })
})

describe('what did not get through', () => {
  const lost: Fact = { type: 'notified', channel: 'all', through: 1, attempts: 1, error: 'answered 413' }
  const partly: Fact = { type: 'notified', channel: 'oncall', through: 1, attempts: 1, note: 'no mail for ben' }
  const ok: Fact = { type: 'notified', channel: 'all', through: 3, attempts: 1 }
  const text = (facts: readonly Fact[], later = 0) => {
    const { outbox } = all(facts)
    return unreachedIn(outbox, Math.max(0, ...(outbox?.unreached ?? []).map(({ at }) => at)) + later)
  }

  it('is known by channel, until it is a day old', () => {
    expect(text([lost, partly, ok])).toMatchObject([
      { channel: 'all', text: 'could not be told of #1 (started): answered 413' },
      { channel: 'oncall', text: 'was told of #1 (started), but no mail for ben' },
    ])
    expect(text([lost, ok], 86_400_001)).toEqual([])
  })
  it('is nothing where everything did', () => expect(all([ok]).outbox).not.toHaveProperty('unreached'))
})
