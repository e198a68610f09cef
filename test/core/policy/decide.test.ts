import { describe, expect, it } from 'vitest'
import { decide } from '../../../src/core/policy/decide.ts'
import { situationOf } from '../../../src/core/policy/situation.ts'
import type { Ledger } from '../../../src/core/evidence/ledger.ts'
import { ledgerOf, rampAt } from '../../../src/core/judge/comparison.ts'
import type { Track } from '../../../src/core/judge/track.ts'
import type { ContingencyScope } from '../../../src/core/values/risk.ts'
import type { Intent, State } from '../../../src/core/journal/state.ts'
import { BOTH_GROUPS, decided, metric, MINUTE, MISSING, NOW, phase, plan, state, toggle, track, watch } from '../../helpers/core.ts'

const proven = (tracks = { errors: track() }) => watch(tracks, { credit: 10 * MINUTE })
const critical = track({ verdict: 'critical', met: false, value: 0.078, bad: 94, total: 1204, criticalFor: MINUTE })
const warned = (warningFor: number): Track => track({ verdict: 'warning', met: false, value: 0.03, warningFor })
const silent = (unknownFor: number): Track => ({ ...track(), ...MISSING, unknownFor })
const intent = (more: Partial<Intent> = {}): Intent => ({
  seq: 5,
  at: NOW,
  move: 'advance',
  from: 0,
  cursor: 1,
  exposures: { A: 100 },
  why: { code: 'healthy', text: '' },
  targets: { web: { is: 'pending' } },
  doubted: [],
  ...more,
})
const refused = intent({ targets: { web: { is: 'refused', error: 'disk full' } } })
const spread = plan({ maxUnavailable: 1, toggles: { A: toggle({ targets: ['web', 'worker'] }) } })
const stopped = { why: { code: 'operator', text: 'lunch' }, at: NOW, actor: 'ana', seq: 4 } as const
const sick = watch({ errors: critical })
const on = (more: Partial<ReturnType<typeof phase>>, errors = metric()) => plan({ phases: [phase(more)], metrics: { errors } })

const ORDER: readonly (readonly [string, Partial<State>, ReturnType<typeof decided>])[] = [
  ['complete rests, whatever the metrics say', { status: 'complete', watch: sick }, 'rest'],
  ['critical rolls back', { watch: sick }, 'rollback'],
  ['critical comes before an unfinished intent', { watch: sick, intent: intent() }, 'rollback'],
  ['critical comes before a pause', { watch: sick, status: 'paused', stopped }, 'rollback'],
  ['critical comes before an open hold', { watch: proven({ errors: critical }) }, 'rollback'],
  [
    'a step back that a target refuses is finished, and not taken for a critical one',
    { status: 'paused', stopped, intent: { ...refused, move: 'step-back', exposures: { A: 0 }, cursor: -1 } },
    'finish',
  ],
  [
    'so is one from which there is still something to take back',
    {
      status: 'paused',
      stopped,
      cursor: 1,
      exposures: { A: 100 },
      intent: { ...refused, move: 'step-back', from: 1, cursor: 0, exposures: { A: 10 } },
    },
    'finish',
  ],
  ['an unfinished intent comes before a pause', { status: 'paused', stopped, intent: intent() }, 'finish'],
  [
    'an unfinished rollback is finished although the metric is critical',
    { status: 'rolled back', watch: sick, intent: intent({ move: 'rollback', exposures: { A: 0 }, cursor: -1 }) },
    'finish',
  ],
  ['rolled back rests although every gate is open', { status: 'rolled back', stopped, watch: proven() }, 'rest'],
  ['paused rests although every gate is open', { status: 'paused', stopped, watch: proven() }, 'rest'],
  ['unknown too long comes before the hold', { watch: watch({ errors: silent(5 * MINUTE) }) }, 'pause'],
  ['unknown for a while holds, even with the hold over', { watch: proven({ errors: silent(MINUTE) }) }, 'hold'],
  ['the hold is not over', { watch: watch({ errors: track() }, { credit: 10 * MINUTE - 1 }) }, 'hold'],
  ['a metric never measured holds', { watch: watch({}, { credit: 10 * MINUTE }) }, 'hold'],
  ['between success and warning it holds', { watch: proven({ errors: track({ met: false, value: 0.015, unmetFor: MINUTE }) }) }, 'hold'],
  ['and after patience asks', { watch: proven({ errors: track({ met: false, value: 0.015, unmetFor: 5 * MINUTE }) }) }, 'pause'],
  ['few samples hold', { watch: proven({ errors: { ...silent(0), missing: { reason: 'few-samples', detail: '164 of 200' } } }) }, 'hold'],
  ['healthy, but success not met, holds', { watch: proven({ errors: track({ met: false, value: 0.015 }) }) }, 'hold'],
  ['every gate open: up', { watch: proven() }, 'advance'],
  ['every gate open at the end: complete', { cursor: 1, exposures: { A: 100 }, watch: proven() }, 'complete'],
]

describe('the order inside decide', () => {
  it.each(ORDER)('%s', (_, more, wanted) => expect(decided(state(more))).toBe(wanted))

  it('holds while nothing was watched yet', () => {
    const { watch: _, ...unwatched } = state()
    expect(decided(unwatched)).toBe('hold')
  })
})

const POLICY: readonly (readonly [string, Partial<State>, ReturnType<typeof decided>])[] = [
  ['onCritical: pause', { plan: on({ onCritical: 'pause' }), watch: sick }, 'pause'],
  ['onCritical: pause, paused already', { plan: on({ onCritical: 'pause' }), watch: sick, status: 'paused', stopped }, 'rest'],
  ['onCritical: step-back', { plan: on({ onCritical: 'step-back' }), watch: sick }, 'step-back'],
  ['critical with nothing to take back', { cursor: -1, exposures: { A: 0 }, watch: sick }, 'pause'],
  ['a warning is given time', { watch: watch({ errors: warned(4 * MINUTE) }) }, 'hold'],
  ['a warning that stays pauses', { watch: watch({ errors: warned(5 * MINUTE) }) }, 'pause'],
  ['onWarning: hold never pauses', { plan: on({ onWarning: 'hold' }), watch: watch({ errors: warned(99 * MINUTE) }) }, 'hold'],
  ['onWarning: step-back', { plan: on({ onWarning: 'step-back' }), watch: watch({ errors: warned(5 * MINUTE) }) }, 'step-back'],
  ['a warning does not go up with the hold over', { plan: on({ onWarning: 'hold' }), watch: proven({ errors: warned(0) }) }, 'hold'],
  ['onNoData: hold never rolls back', { watch: watch({ errors: silent(999 * MINUTE) }) }, 'pause'],
  ['onNoData: pause does not wait', { plan: on({}, metric({ onNoData: 'pause' })), watch: watch({ errors: silent(0) }) }, 'pause'],
  [
    'onNoData: rollback waits for patience',
    { plan: on({}, metric({ onNoData: 'rollback' })), watch: watch({ errors: silent(5 * MINUTE - 1) }) },
    'hold',
  ],
  ['onNoData: rollback', { plan: on({}, metric({ onNoData: 'rollback' })), watch: watch({ errors: silent(5 * MINUTE) }) }, 'rollback'],
  ['onNoData: ignore', { plan: on({}, metric({ onNoData: 'ignore' })), watch: proven({ errors: silent(99 * MINUTE) }) }, 'advance'],
  ['a refused target is critical', { intent: refused }, 'rollback'],
  ['as many as maxUnavailable are not', { intent: refused, plan: spread }, 'finish'],
  ['a toggle that is written nowhere is, whatever maxUnavailable says', { intent: refused, plan: plan({ maxUnavailable: 1 }) }, 'rollback'],
  [
    'a refused rollback is no reason to roll back',
    { status: 'paused', intent: { ...refused, move: 'step-back', exposures: { A: 0 } } },
    'finish',
  ],
]

it.each([
  ['one of two', { errors: track(), beside: silent(0) }, 'metrics healthy (errors); beside silent, and ignored'],
  ['both', { errors: silent(0), beside: silent(0) }, 'metrics errors, beside silent, and ignored'],
])('what is silent and ignored is not called healthy: %s', (_, tracks, said) => {
  const ignored = metric({ onNoData: 'ignore' })
  const judged = plan({ phases: [phase({ metrics: ['errors', 'beside'] })], metrics: { errors: ignored, beside: ignored } })
  const { gates } = situationOf(state({ plan: judged, watch: proven(tracks) }), NOW)
  expect(gates.find(({ name }) => name === 'metrics')).toMatchObject({ open: true, text: said })
})

describe('the policy', () => {
  it.each(POLICY)('%s', (_, more, wanted) => expect(decided(state(more))).toBe(wanted))

  it('says the value, the comparison and the counts', () => {
    expect(decide(situationOf(state({ watch: sick }), NOW))).toEqual({
      do: 'rollback',
      to: { cursor: -1, exposures: { A: 0 } },
      why: { code: 'critical', metric: 'errors', judge: 'threshold', text: 'errors 7.8% > 5% (94 of 1204)' },
    })
  })

  it('does not let a metric that may be waited for hide one that may not', () => {
    const metrics = { errors: metric(), latency: metric() }
    const two = plan({ metrics, phases: [phase({ metrics: ['errors', 'latency'] })] })
    const tracks = { errors: warned(0), latency: silent(5 * MINUTE) }
    expect(decide(situationOf(state({ plan: two, watch: watch(tracks) }), NOW))).toMatchObject({ do: 'pause', why: { metric: 'latency' } })
  })
})

const CALENDAR = { window: { days: [2], from: 0, to: 720, zone: 'UTC' }, freeze: { name: 'sale', from: NOW, to: NOW + 1 } }
const OVERLAPPING = [
  { name: 'sale', from: NOW, to: NOW + MINUTE },
  { name: 'audit', from: NOW, to: NOW + 2 * MINUTE },
  { name: 'xmas', from: NOW + 2 * MINUTE, to: NOW + 60 * MINUTE },
]
const OVERLAP = 'freeze sale until 2026-11-24 12:01:00Z and audit until 2026-11-24 12:02:00Z, then xmas: until 2026-11-24 13:00:00Z'
const approval = { group: 'managers', count: 2 }
const gated = on({
  steps: [
    { to: 10, hold: 0 },
    { to: 100, hold: 0, approval },
  ],
})
const given = (...actors: readonly string[]) => actors.map((actor) => ({ step: 1, group: 'managers', actor, at: NOW, upon: '' }))
const experiment = plan({
  metrics: { errors: metric({ measures: BOTH_GROUPS }) },
  phases: [phase({ steps: [{ to: 10, hold: 30 * MINUTE }], after: 60 * MINUTE })],
})
const last = { cursor: 1, exposures: { A: 100 } }

const drilled = (passed: boolean) => ({ contingency: 'x', passed, took: 1200, targets: {}, seq: 7, at: NOW, actor: 'ana' })

const GATES: readonly (readonly [string, Partial<State>, string])[] = [
  ['hold', { watch: watch() }, 'hold 0s of 10m'],
  ['hold that is not a number', { watch: watch(undefined, { credit: Number.NaN }) }, 'hold NaN'],
  ['bake', { ...last, plan: on({ after: 60 * MINUTE }), watch: proven() }, 'bake 10m of 1h'],
  ['approval', { plan: gated, approvals: given('ana') }, 'approval 1 of 2 (managers)'],
  ['approval twice by one person', { plan: gated, approvals: given('ana', 'ana') }, 'approval 1 of 2 (managers)'],
  [
    'approval of another step',
    { plan: gated, approvals: [{ step: 0, group: 'managers', actor: 'ana', at: NOW, upon: '' }] },
    'approval 0 of 2 (managers)',
  ],
  [
    'checklist',
    { ...last, watch: proven(), plan: on({ checklist: [{ id: 'x', text: '', owner: 'dba' }] }) },
    'checklist 0 of 1, missing x (dba)',
  ],
  [
    'success',
    {
      ...last,
      watch: proven(),
      plan: on({ success: [{ metric: 'errors', rule: { op: '<', threshold: 0.01, unit: '%' }, over: MINUTE }] }),
    },
    'success errors < 1% for 0s of 1m',
  ],
  ['drill, in production', { ...last, watch: proven(), plan: on({ drill: 'x' }) }, 'drill x not done: rollout drill x --proof ENVIRONMENT'],
  [
    'drill that failed, in staging',
    {
      ...last,
      watch: proven(),
      plan: plan({ ...on({ drill: 'x' }), environment: 'staging', drill: true }),
      drilled: { x: drilled(false) },
    },
    'drill x failed (#7): rollout drill x --apply -e staging',
  ],
  ['drill of another', { ...last, watch: proven(), plan: on({ drill: 'x' }), drilled: { y: drilled(true) } }, 'drill x not done'],
  ['window', { watch: proven(), plan: plan({ windows: [CALENDAR.window] }) }, 'window closed until 2026-12-01 00:00:00Z'],
  ['freeze', { watch: proven(), plan: plan({ freezes: [CALENDAR.freeze] }) }, 'freeze sale until 2026-11-24 12:00:00Z'],
  ['freezes that overlap', { watch: proven(), plan: plan({ freezes: OVERLAPPING }) }, OVERLAP],
  [
    'samples',
    {
      watch: proven({ errors: { ...silent(0), samples: 164, missing: { reason: 'few-samples', detail: '' } } }),
      plan: on({}, metric({ minSamples: 200 })),
    },
    'samples 164 of 200 (errors)',
  ],
  ['metrics', { watch: proven({ errors: silent(0) }) }, 'metrics errors unreachable: refused'],
  [
    'a number that was not read yet, which waits for no requests',
    { watch: proven({ errors: { ...silent(0), missing: { reason: 'first-poll', detail: 'nothing measured yet' } } }) },
    'metrics errors first-poll: nothing measured yet',
  ],
]

const planned = (scope: ContingencyScope, more: Parameters<typeof phase>[0] = {}, errors = metric({ contingency: 'x' })) =>
  plan({
    toggles: { A: toggle(), B: toggle({ variable: 'B' }) },
    phases: [phase({ toggles: ['A', 'B'], order: 'together', ...more })],
    metrics: { errors },
    contingencies: { x: { scope, notify: [] } },
  })
const far = { cursor: 1, baseline: { A: 0, B: 0 }, exposures: { A: 100, B: 100 } }
const reduced = (criticalFor: number, more: Partial<State> = {}): Partial<State> => ({
  plan: planned({ is: 'to', to: 5 }),
  cursor: -1,
  baseline: { A: 0, B: 0 },
  exposures: { A: 5, B: 5 },
  status: 'paused',
  stopped: { ...stopped, why: { code: 'critical', metric: 'errors', contingency: 'x', text: 'too much' } },
  watch: watch({ errors: { ...critical, criticalFor } }),
  ...more,
})
const lowering = (is: 'pending' | 'refused'): Intent =>
  intent({
    move: 'step-back',
    from: 1,
    cursor: -1,
    exposures: { A: 5, B: 5 },
    targets: { web: is === 'refused' ? { is, error: 'disk full' } : { is } },
  })

const PLANNED: readonly (readonly [string, Partial<State>, ReturnType<typeof decided>, State['exposures'] | undefined])[] = [
  ['the whole plan', { ...far, plan: planned({ is: 'all' }) }, 'rollback', { A: 0, B: 0 }],
  ['one toggle', { ...far, plan: planned({ is: 'toggles', toggles: ['B'] }) }, 'rollback', { A: 100, B: 0 }],
  ['less of the users, who are watched on', { ...far, plan: planned({ is: 'to', to: 5 }) }, 'step-back', { A: 5, B: 5 }],
  ['whatever onCritical says', { ...far, plan: planned({ is: 'all' }, { onCritical: 'pause' }) }, 'rollback', { A: 0, B: 0 }],
  ['paused as well', { ...far, plan: planned({ is: 'all' }), status: 'paused', stopped }, 'rollback', { A: 0, B: 0 }],
  [
    'missing data that rolls back',
    {
      ...far,
      plan: planned({ is: 'toggles', toggles: ['B'] }, {}, metric({ contingency: 'x', onNoData: 'rollback' })),
      watch: watch({ errors: silent(5 * MINUTE) }),
    },
    'rollback',
    { A: 100, B: 0 },
  ],
  [
    'nothing it could take back: what the phase says',
    { ...far, plan: planned({ is: 'toggles', toggles: ['B'] }), exposures: { A: 100, B: 0 } },
    'rollback',
    { A: 0, B: 0 },
  ],
  [
    'a contingency the plan does not have: what the phase says',
    { ...far, plan: plan({ ...planned({ is: 'all' }), contingencies: {} }) },
    'rollback',
    { A: 0, B: 0 },
  ],
  ['reduced, critical for less than patience: given time', reduced(5 * MINUTE - 1), 'rest', undefined],
  ['reduced, critical for as long: what the phase says', reduced(5 * MINUTE), 'rollback', { A: 0, B: 0 }],
  ['reduced and healthy: rests', reduced(0, { watch: watch() }), 'rest', undefined],
  ['reduced, and resumed by a person: what the phase says', reduced(0, { status: 'running' }), 'rollback', { A: 0, B: 0 }],
  ['reducing: finished first', reduced(0, { ...far, intent: lowering('pending') }), 'finish', undefined],
  [
    'reducing, and refused by a target: what the phase says',
    reduced(0, { ...far, intent: lowering('refused') }),
    'rollback',
    { A: 0, B: 0 },
  ],
  ['paused for another reason, with nothing to take back', reduced(0, { stopped }), 'rollback', { A: 0, B: 0 }],
]

describe('a metric that names a contingency', () => {
  it.each(PLANNED)('%s', (_, more, wanted, exposures) => {
    const decision = decide(situationOf(state({ watch: sick, ...more }), NOW))
    expect(decision.do).toBe(wanted)
    expect('to' in decision ? decision.to.exposures : undefined).toEqual(exposures)
  })

  it('says which, and what it does', () => {
    expect(decide(situationOf(state({ ...far, watch: sick, plan: planned({ is: 'to', to: 5 }) }), NOW)).why).toEqual({
      code: 'critical',
      metric: 'errors',
      judge: 'threshold',
      contingency: 'x',
      text: 'errors 7.8% > 5% (94 of 1204); contingency x: the phase under way is reduced to 5%',
    })
    expect(decide(situationOf(state(reduced(MINUTE)), NOW)).why.text).toBe(
      'errors 7.8% > 5% (94 of 1204); contingency x has done what it can, and is given 4m more',
    )
  })

  it('leaves what has no metric to the phase', () => {
    const to = decide(
      situationOf(state({ ...far, plan: planned({ is: 'toggles', toggles: ['B'] }), watch: proven(), intent: refused }), NOW),
    )
    expect(to).toMatchObject({ do: 'rollback', to: { exposures: { A: 0 } }, why: { code: 'refused' } })
    expect(to.why.contingency).toBeUndefined()
  })
})

describe('gates', () => {
  it.each(GATES)('%s closed: no step up', (_, more, text) => {
    const closed = situationOf(state(more), NOW).gates.filter(({ open }) => !open)
    expect(closed.map((gate) => gate.text)).toEqual([expect.stringContaining(text.replace(' NaN', ''))])
    expect(decided(state(more))).toBe('hold')
  })

  it('a bake follows a last step that evidence ends, and no hold does', () => {
    const { gates } = situationOf(state({ plan: experiment, watch: proven() }), NOW)
    expect(gates.filter(({ name }) => name === 'bake' || name === 'hold').map(({ text }) => text)).toEqual(['bake 10m of 1h'])
  })

  it('windows and freezes never stand in the way of a rollback', () => {
    const closed = plan({ windows: [CALENDAR.window], freezes: [CALENDAR.freeze] })
    const tracks = { errors: track({ verdict: 'critical', value: 0.5 }) }
    expect(decided(state({ plan: closed, watch: watch(tracks) }))).toBe('rollback')
  })
  it('a checklist says who is asked, and what to type', () => {
    const checklist = [
      { id: 'done', text: 'Done' },
      { id: 'x', text: 'Backups', owner: 'dba', kind: 'operational', evidence: true } as const,
    ]
    const done = [{ phase: 'core', item: 'done', actor: 'ana', at: NOW }]
    const gate = situationOf(state({ ...last, watch: proven(), checked: done, plan: on({ checklist }) }), NOW).gates.find(
      ({ name }) => name === 'checklist',
    )
    expect(gate).toEqual({
      name: 'checklist',
      open: false,
      text: 'checklist 1 of 2, missing x (dba)',
      missing: [{ text: 'x: Backups (operational)', owner: 'dba', command: 'rollout approve x --evidence URL --reason "…"' }],
    })
  })
  it('opens for two people', () => expect(decided(state({ plan: gated, approvals: given('ana', 'ben') }))).toBe('advance'))
  it('asks for a drill at the end of the phase, and no earlier', () => {
    const phased = on({ drill: 'x' })
    expect(decided(state({ plan: phased, watch: proven() }))).toBe('advance')
    const passed = state({ ...last, plan: phased, watch: proven(), drilled: { x: drilled(true) } })
    expect(situationOf(passed, NOW).gates.find(({ name }) => name === 'drill')).toEqual({
      name: 'drill',
      open: true,
      text: 'drill x passed in 1.2s (#7)',
    })
    expect(decided(passed)).toBe('complete')
  })
  it('foretells', () =>
    expect(situationOf(state({ watch: watch(undefined, { credit: 4 * MINUTE }) }), NOW).gates[0]?.opensIn).toBe(6 * MINUTE))
})

it('a critical metric is taken back also while those without the change fail, and the reason says so', () => {
  const both = on({}, metric({ measures: BOTH_GROUPS }))
  const ramp = rampAt(both, 0)
  if (!ramp) throw new Error('nothing is compared')
  const calm = { ...ledgerOf(ramp, undefined), polls: 2, counted: 2, lasted: 2 * MINUTE }
  const incident = { stream: 'errors', rate: 0.06, normal: 0.005 }
  const by = (ledger: Ledger) => decide(situationOf(state({ plan: both, watch: { ...sick, comparison: { of: ramp.of, ledger } } }), NOW))
  const alone = by(calm)
  expect(by({ ...calm, incident, cooling: MINUTE })).toMatchObject({
    do: 'rollback',
    why: { ...alone.why, text: `${alone.why.text}; those without the change fail too (6%, normally 0.5%)` },
  })
})
