import { describe, expect, it } from 'vitest'
import type { Event, Fact } from '../../../src/core/journal/event.ts'
import { evolve, fold } from '../../../src/core/journal/fold.ts'
import { currentStep, type State } from '../../../src/core/journal/state.ts'
import { decide } from '../../../src/core/policy/decide.ts'
import { situationOf } from '../../../src/core/policy/situation.ts'
import { describeEvent } from '../../../src/views/event.ts'
import { decided, metric, next, NOW, phase, plan, rule, stamp, started, state, toggle, track, watch } from '../../helpers/core.ts'

const why = { code: 'operator', text: 'so' } as const
const twice = plan({
  toggles: { A: toggle({ targets: ['web', 'worker'] }) },
  targets: { web: { use: 'f', options: {} }, worker: { use: 'f', options: {} } },
})
const BEGUN = started(twice)
const up: Fact = { type: 'intended', move: 'advance', cursor: 0, exposures: { A: 10 }, why }
const down: Fact = { type: 'intended', move: 'rollback', cursor: -1, exposures: { A: 0 }, why }
const replan = (to = twice): Fact => ({ type: 'replanned', plan: to, digest: 'new', files: {}, baseline: { A: 0 } })
const approve = (digest = 'digest'): Fact => ({ type: 'approved', step: 1, digest, group: 'managers' })
const DRILL = { contingency: 'x', passed: true, took: 5, targets: { web: 5 } }
const drilled = (passed: boolean): Fact => ({ type: 'drilled', ...DRILL, passed })
const planned = (is: 'all' | 'phase', text = 'later') => ({ ...twice, contingencies: { x: { text, scope: { is }, notify: [] } } })
const revoke = (step: number): Fact => ({ type: 'revoked', step, digest: 'digest', group: 'managers' })
const controller = { host: 'here', pid: 1, domain: 'd', began: '1' }

function all(...facts: readonly Fact[]): State {
  return facts.reduce((before, fact) => next(before, fact, 'ana'), BEGUN)
}
const AT_10 = [
  up,
  { type: 'applied', intent: 2, target: 'web' },
  { type: 'applied', intent: 2, target: 'worker' },
  { type: 'arrived', intent: 2, missing: [], watch: watch() },
] as const

const GONE = { name: 'target', target: 'web', text: 'cannot be read: web: gone' } as const
const CHANGED = { name: 'drift', target: 'web', text: 'web holds A=true instead of 10%' } as const

const EVENTS: readonly (readonly [string, readonly Fact[], Partial<State>])[] = [
  ['started', [], { status: 'running', cursor: -1, exposures: { A: 0 }, baseline: { A: 0 }, epoch: 0, seq: 1, missing: [] }],
  ['observed', [{ type: 'observed', watch: watch() }], { watch: watch() }],
  ['intended: nothing has moved yet', [up], { cursor: -1, exposures: { A: 0 }, epoch: 2, status: 'running' }],
  ['intended back: it latches at once', [down], { status: 'rolled back' }],
  ['intended a step back: paused', [{ ...down, move: 'step-back' }], { status: 'paused' }],
  ['a retreat takes approvals with it', [approve(), down], { approvals: [] }],
  [
    'applied and refused',
    [up, { type: 'applied', intent: 2, target: 'web' }, { type: 'refused', intent: 2, target: 'worker', error: 'full' }],
    { intent: expect.objectContaining({ targets: { web: { is: 'applied' }, worker: { is: 'refused', error: 'full' } } }) },
  ],
  [
    'applied for an older intent',
    [up, down, { type: 'applied', intent: 2, target: 'web' }],
    { intent: expect.objectContaining({ seq: 3, targets: { web: { is: 'pending' }, worker: { is: 'pending' } } }) },
  ],
  ['arrived', AT_10, { cursor: 0, exposures: { A: 10 }, arrivedAt: NOW + 5, missing: [] }],
  ['arrived without one', [up, { type: 'arrived', intent: 2, missing: ['worker'], watch: watch() }], { cursor: 0, missing: ['worker'] }],
  [
    'arrived for an older intent',
    [up, down, { type: 'arrived', intent: 2, missing: [], watch: watch() }],
    { cursor: -1, exposures: { A: 0 }, status: 'rolled back' },
  ],
  ['paused', [{ type: 'paused', why }], { status: 'paused', stopped: { why, at: NOW + 2, actor: 'ana', seq: 2 } }],
  ['paused when rolled back: it stays', [down, { type: 'paused', why }], { status: 'rolled back' }],
  [
    'blocked by one thing more: what was known is known since then',
    [
      { type: 'blocked', by: [GONE] },
      { type: 'blocked', by: [{ ...GONE, text: 'said in other words' }, CHANGED] },
    ],
    {
      blocked: [
        { ...GONE, text: 'said in other words', since: NOW + 2 },
        { ...CHANGED, since: NOW + 3 },
      ],
    },
  ],
  ['resumed', [{ type: 'paused', why }, { type: 'resumed' }], { status: 'running' }],
  ['resumed after a rollback', [down, { type: 'resumed' }], { status: 'running' }],
  ['resumed when complete: it stays', [{ type: 'completed', why }, { type: 'resumed' }], { status: 'complete' }],
  ['approved', [approve()], { approvals: [{ step: 1, group: 'managers', actor: 'ana', at: NOW + 2 }] }],
  [
    'approved again: the newer one counts',
    [approve(), approve()],
    { approvals: [{ step: 1, group: 'managers', actor: 'ana', at: NOW + 3 }] },
  ],
  ['revoked', [approve(), revoke(1)], { approvals: [] }],
  ['revoked for another step: it stays', [approve(), revoke(0)], { approvals: [expect.objectContaining({ step: 1 })] }],
  ['approved for another plan: for nothing', [replan(), approve()], { approvals: [] }],
  ['replanned: approvals go', [approve(), replan()], { approvals: [], digest: 'new', cursor: -1 }],
  [
    'checked twice is checked once',
    [
      { type: 'checked', phase: 'p', item: 'i' },
      { type: 'checked', phase: 'p', item: 'i' },
    ],
    { checked: [{ phase: 'p', item: 'i', actor: 'ana', at: NOW + 3 }] },
  ],
  [
    'drilled: the newest counts',
    [drilled(true), drilled(false)],
    { drilled: { x: { ...DRILL, passed: false, seq: 3, at: NOW + 3, actor: 'ana' } } },
  ],
  [
    'replanned: what was drilled counts while it does the same',
    [replan(planned('all')), drilled(true), replan(planned('all', 'sooner'))],
    { drilled: { x: { ...DRILL, seq: 3, at: NOW + 3, actor: 'ana' } } },
  ],
  [
    'replanned: what was drilled does something else now',
    [replan(planned('all')), drilled(true), replan(planned('phase'))],
    { drilled: {} },
  ],
  [
    'checked with evidence',
    [{ type: 'checked', phase: 'p', item: 'i', evidence: 'https://ci/1' }],
    { checked: [{ phase: 'p', item: 'i', actor: 'ana', at: NOW + 2, evidence: 'https://ci/1' }] },
  ],
  [
    'unchecked, and nothing else with it',
    [
      { type: 'checked', phase: 'p', item: 'i' },
      { type: 'checked', phase: 'q', item: 'i' },
      { type: 'unchecked', phase: 'p', item: 'i' },
    ],
    { checked: [expect.objectContaining({ phase: 'q' })] },
  ],
  ['who froze the plan', [replan()], { authors: ['auto', 'ana'] }],
  ['completed', [{ type: 'completed', why }], { status: 'complete' }],
  ['attached', [{ type: 'attached', controller }], { controller: { ...controller, at: NOW + 2 } }],
]

describe('fold', () => {
  it.each(EVENTS)('%s', (_, facts, wanted) => expect(all(...facts)).toMatchObject(wanted))

  it('leaves nothing behind when it ends', () => {
    expect(all(...AT_10)).not.toHaveProperty('intent')
    expect(all({ type: 'blocked', by: [GONE] }, { type: 'blocked', by: [] })).not.toHaveProperty('blocked')
    expect(all({ type: 'blocked', by: [GONE] }, down)).not.toHaveProperty('blocked')
    expect(all({ type: 'paused', why }, { type: 'resumed' })).not.toHaveProperty('stopped')
    expect(all({ type: 'attached', controller }, { type: 'detached' })).not.toHaveProperty('controller')
  })
  it('has nothing to change before the start', () => expect(evolve(undefined, stamp({ type: 'resumed' }))).toBeUndefined())
  it('knows its step', () => expect([currentStep(BEGUN), currentStep(all(...AT_10))?.to]).toEqual([undefined, 10]))

  it('gives the same from any checkpoint, after a trip through JSON', () => {
    const facts: readonly Fact[] = [
      ...AT_10,
      approve(),
      { type: 'paused', why },
      { type: 'resumed' },
      down,
      { type: 'arrived', intent: 9, missing: [], watch: watch() },
    ]
    const events = [{ type: 'started', plan: twice, digest: 'digest', files: {}, baseline: { A: 0 } } as const, ...facts].reduce<
      readonly Event[]
    >((before, fact) => [...before, stamp(fact, before.at(-1))], [])
    const whole = fold(events)
    expect(whole).toMatchObject({ status: 'rolled back', cursor: -1, seq: 10 })
    for (let cut = 1; cut < events.length; cut += 1) {
      const kept: State = JSON.parse(JSON.stringify(fold(events.slice(0, cut))))
      expect(fold(events.slice(cut), kept)).toEqual(whole)
    }
  })
})

describe('what was seen under an older plan', () => {
  const success = [{ metric: 'errors', rule: rule('< 1%'), over: 1 }]
  const before = plan({ phases: [phase({ success })] })
  const seen = { type: 'observed', watch: watch({ errors: track() }, { credit: 7, criteria: { 'core/0': 9 } }) } as const
  const carried = (to: typeof before) => next(next(started(before), seen), replan(to)).watch

  it('counts when it means the same', () => {
    const slower = plan({ phases: [phase({ success: [{ metric: 'errors', rule: rule('< 1%'), over: 99 }], after: 5 })] })
    expect(carried(slower)).toEqual(seen.watch)
  })
  it('does not when the metric is another', () => {
    const other = { ...before, metrics: { errors: metric({ options: { query: 'other' } }) } }
    expect(carried(other)).toMatchObject({ credit: 0, tracks: {}, criteria: {} })
  })
  it('does not for a stricter criterion', () => {
    const stricter = plan({ phases: [phase({ success: [{ metric: 'errors', rule: rule('< 0.1%'), over: 1 }] })] })
    expect(carried(stricter)).toMatchObject({ credit: 7, criteria: {} })
  })
  it('does not prove a phase that has more metrics now', () => {
    const more = { ...before, phases: [phase({ success, metrics: ['errors', 'latency'] })] }
    expect(carried(more)).toMatchObject({ credit: 0 })
  })
})

describe('an event of a kind that only a newer version knows', () => {
  const event = (before: State): Event =>
    JSON.parse(JSON.stringify({ ...stamp({ type: 'resumed' }, before), type: 'shadowed', version: '9.0.0' }))
  const after = (before: State): State => evolve(before, event(before)) ?? before

  it('is kept as such, and closes the way up', () => {
    const proven = next(started(plan()), { type: 'observed', watch: watch() })
    expect(decided(proven)).toBe('advance')
    const kept = after(proven)
    expect(kept).toMatchObject({ seq: proven.seq + 1, unknown: { seq: proven.seq + 1, kind: 'shadowed', version: '9.0.0' } })
    expect(decide(situationOf(kept, NOW))).toMatchObject({ do: 'hold', gates: [{ name: 'version', open: false }, { open: true }] })
    expect(decide(situationOf(kept, NOW)).why.text).toContain('"shadowed" is not known to this one: rollout 9.0.0 wrote it')
  })
  it('stops nothing that goes back', () => {
    const bad = { ...after(state()), watch: watch({ errors: track({ verdict: 'critical', value: 0.5 }) }) }
    expect(decided(bad)).toBe('rollback')
  })
  it('is named in the history', () => {
    const before = started(plan())
    expect(describeEvent({ event: event(before), before })).toBe('shadowed, which only rollout 9.0.0 knows')
  })
})
