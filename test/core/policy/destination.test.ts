import { describe, expect, it } from 'vitest'
import type { Phase, Plan, Toggle } from '../../../src/core/plan/plan.ts'
import { nextDestination, effectiveRetreat, phaseOf, retreatTo, type Scope } from '../../../src/core/policy/destination.ts'
import type { State } from '../../../src/core/journal/state.ts'
import { NOW, phase, plan, state, toggle } from '../../helpers/core.ts'

/** Steps: 0 A10, 1 A100, 2 B10, 3 B100 (phase one); 4 C50+D50, 5 C100+D100 (two); 6 LEGACY 50, 7 LEGACY 100 (three). */
function shop(toggles: Readonly<Record<string, Partial<Toggle>>> = {}, phases: readonly Phase[] = PHASES): Plan {
  const kinds: Readonly<Record<string, Partial<Toggle>>> = {
    A: {},
    B: { requires: ['A'], core: true },
    C: { requires: ['B'] },
    D: {},
    LEGACY: { kind: 'legacy', default: 100 },
    SPARE: {},
  }
  return plan({
    toggles: Object.fromEntries(Object.entries(kinds).map(([name, kind]) => [name, toggle({ variable: name, ...kind, ...toggles[name] })])),
    phases,
  })
}

const steps = (...to: readonly number[]): Phase['steps'] => to.map((each) => ({ to: each, hold: 0 }))
const PHASES: readonly Phase[] = [
  phase({ id: 'one', toggles: ['A', 'B'], steps: steps(10, 100) }),
  phase({ id: 'two', toggles: ['C', 'D'], order: 'together', steps: steps(50, 100) }),
  phase({ id: 'three', toggles: ['LEGACY'], steps: steps(50, 100) }),
]
const BASELINE = { A: 0, B: 0, C: 0, D: 0, LEGACY: 100, SPARE: 0 }

function at(cursor: number, exposures: Partial<Record<keyof typeof BASELINE, number>>, more: Partial<State> = {}): State {
  return state({ plan: shop(), baseline: BASELINE, cursor, exposures: { ...BASELINE, ...exposures }, ...more })
}

/** After a retreat from phase two. */
function after(cursor: number, exposures: Partial<Record<keyof typeof BASELINE, number>>, status: State['status'] = 'rolled back'): State {
  return at(cursor, exposures, { status, retreated: 'two' })
}

const IN_TWO = { A: 100, B: 100, C: 50, D: 50 }
const IN_THREE = { A: 100, B: 100, C: 100, D: 100, LEGACY: 50 }

const SCOPES: readonly (readonly [string, State, Scope, number, Readonly<Record<string, number>>])[] = [
  ['the phase, to the end of the one before', at(4, IN_TWO), { is: 'phase' }, 3, { C: 0, D: 0 }],
  ['the first phase, to the baseline', at(2, { A: 100, B: 10 }), { is: 'phase' }, -1, { A: 0, B: 0 }],
  ['a phase, not what no step moves', at(4, { ...IN_TWO, SPARE: 100 }), { is: 'phase' }, 3, { C: 0, D: 0 }],
  ['an earlier phase, and all after it', at(6, IN_THREE), { is: 'phase', phase: 'two' }, 3, { C: 0, D: 0, LEGACY: 100 }],
  ['a later phase: nothing', at(2, { A: 100, B: 10 }), { is: 'phase', phase: 'three' }, 2, {}],
  ['a legacy toggle comes back', at(6, IN_THREE), { is: 'phase' }, 5, { LEGACY: 100 }],
  ['a step', at(1, { A: 100 }), { is: 'step' }, 0, { A: 10 }],
  ['the first step of all', at(0, { A: 10 }), { is: 'step' }, -1, { A: 0 }],
  ['a step does not leave its phase', at(4, IN_TWO), { is: 'step' }, 3, { C: 0, D: 0 }],
  ['a step of legacy', at(7, { ...IN_THREE, LEGACY: 0 }), { is: 'step' }, 6, { LEGACY: 50 }],
  ['a toggle, its dependants, not the core', at(4, IN_TWO), { is: 'toggles', toggles: ['A'] }, -1, { A: 0, C: 0 }],
  ['a core toggle when it is named', at(4, IN_TWO), { is: 'toggles', toggles: ['B'] }, 1, { B: 0, C: 0 }],
  ['one of two that move together', at(4, IN_TWO), { is: 'toggles', toggles: ['D'] }, 3, { D: 0 }],
  ['a toggle not moved yet', at(0, { A: 10 }), { is: 'toggles', toggles: ['D'] }, 0, {}],
  ['a toggle no step moves: the cursor stays', at(4, { ...IN_TWO, SPARE: 100 }), { is: 'toggles', toggles: ['SPARE'] }, 4, { SPARE: 0 }],
  ['a legacy toggle', at(6, IN_THREE), { is: 'toggles', toggles: ['LEGACY'] }, 5, { LEGACY: 100 }],
  ['to a share', at(5, { ...IN_TWO, C: 100, D: 100 }), { is: 'to', to: 60 }, 4, { C: 60, D: 60 }],
  ['to a share below the first step', at(4, IN_TWO), { is: 'to', to: 5 }, 3, { C: 5, D: 5 }],
  ['to a share above: nothing', at(4, IN_TWO), { is: 'to', to: 60 }, 4, {}],
  ['legacy to a share', at(7, { ...IN_THREE, LEGACY: 0 }), { is: 'to', to: 5 }, 5, { LEGACY: 95 }],
  ['to a share again: of the phase that was reduced', after(3, { ...IN_TWO, C: 5, D: 5 }), { is: 'to', to: 1 }, 3, { C: 1, D: 1 }],
  ['the phase that was reduced', after(3, { ...IN_TWO, C: 5, D: 5 }), { is: 'phase' }, 3, { C: 0, D: 0 }],
  ['the phase that was reduced, resumed', after(3, { ...IN_TWO, C: 5 }, 'running'), { is: 'phase' }, 3, { C: 0, D: 0 }],
  ['what a partial rollback left of the phase', after(-1, { ...IN_TWO, A: 0, C: 0 }), { is: 'phase' }, -1, { D: 0 }],
  ['a phase that is back: nothing', after(3, { A: 100, B: 100 }), { is: 'phase' }, 3, {}],
  ['a phase that is back, to a share: nothing', after(3, { A: 100, B: 100 }), { is: 'to', to: 5 }, 3, {}],
  ['a phase that is back, a step: nothing', after(3, { A: 100, B: 100 }), { is: 'step' }, 3, {}],
  ['a phase that is back, and resumed: the one before', after(3, { A: 100, B: 100 }, 'running'), { is: 'phase' }, -1, { A: 0, B: 0 }],
  ['all, to the defaults', at(6, { ...IN_THREE, SPARE: 100 }), { is: 'all' }, -1, { ...BASELINE }],
  ['all, not to what was before', at(6, IN_THREE, { baseline: { ...BASELINE, A: 5, SPARE: 100 } }), { is: 'all' }, -1, { ...BASELINE }],
]

describe('retreat', () => {
  it.each(SCOPES)('%s', (_, from, scope, cursor, changed) => {
    expect(retreatTo(from, scope)).toEqual({ cursor, exposures: { ...from.exposures, ...changed } })
  })

  it('takes back a step that may have been written already', () => {
    const why = { code: 'healthy', text: '' } as const
    const exposures = { ...BASELINE, ...IN_TWO }
    const intent = { seq: 5, at: NOW, move: 'advance', from: 3, cursor: 4, exposures, why, targets: {}, doubted: [] } as const
    const midway = at(3, { A: 100, B: 100 }, { intent })
    expect(phaseOf(midway)).toBe(1)
    expect(retreatTo(midway, { is: 'phase' })).toEqual({ cursor: 3, exposures: { ...exposures, C: 0, D: 0 } })
    // Nothing differs from what has arrived, but the targets may hold more.
    expect(effectiveRetreat(midway, { is: 'phase' })).toBeDefined()
  })

  it('of one toggle ends a step up of two: the other stays where that leads, and nothing is no reason to go on', () => {
    const why = { code: 'healthy', text: '' } as const
    const exposures = { ...BASELINE, ...IN_TWO, C: 100, D: 100 }
    const intent = { seq: 5, at: NOW, move: 'advance', from: 4, cursor: 5, exposures, why, targets: {}, doubted: [] } as const
    const midway = at(4, IN_TWO, { intent })
    expect(retreatTo(midway, { is: 'toggles', toggles: ['D'] }).exposures).toEqual({ ...exposures, D: 0 })
    expect(effectiveRetreat(midway, { is: 'toggles', toggles: ['SPARE'] })).toEqual({ cursor: 5, exposures })
    expect(effectiveRetreat(at(4, IN_TWO), { is: 'toggles', toggles: ['SPARE'] })).toBeUndefined()
  })

  it('says nothing when everything is back', () => expect(effectiveRetreat(at(-1, {}), { is: 'phase' })).toBeUndefined())

  it('restores the baseline, not 0', () => {
    const from = at(1, { A: 100 }, { baseline: { ...BASELINE, A: 5 } })
    expect(retreatTo(from, { is: 'toggles', toggles: ['A'] }).exposures['A']).toBe(5)
    expect(retreatTo(from, { is: 'phase' }).exposures['A']).toBe(5)
  })

  it('does not raise to the baseline what is further back', () => {
    const from = at(-1, { A: 0 }, { baseline: { ...BASELINE, A: 50 } })
    for (const scope of [{ is: 'toggles', toggles: ['A'] }, { is: 'phase' }] as const) expect(retreatTo(from, scope).exposures['A']).toBe(0)
  })

  it('gives no share to what is for everybody or nobody', () => {
    const from = at(5, { ...IN_TWO, C: 100, D: 100 }, { plan: shop({ C: { exposure: 'all' } }) })
    expect(retreatTo(from, { is: 'to', to: 60 }).exposures).toMatchObject({ C: 0, D: 60 })
  })

  it('is not led astray by a phase without steps', () => {
    const phases = [...PHASES.slice(0, 1), phase({ id: 'empty', toggles: [], steps: [] }), ...PHASES.slice(1)]
    expect(retreatTo(at(4, IN_TWO, { plan: shop({}, phases) }), { is: 'phase', phase: 'empty' }).cursor).toBe(3)
  })
})

const UP: readonly (readonly [string, State, ReturnType<typeof nextDestination>])[] = [
  ['the first step', at(-1, {}), { cursor: 0, exposures: { ...BASELINE, A: 10 } }],
  ['together', at(3, { A: 100, B: 100 }), { cursor: 4, exposures: { ...BASELINE, ...IN_TWO } }],
  ['legacy goes down', at(5, { ...IN_THREE, LEGACY: 100 }), { cursor: 6, exposures: { ...BASELINE, ...IN_THREE } }],
  ['the end', at(7, { ...IN_THREE, LEGACY: 0 }), undefined],
  ['what is further on stays', at(0, { A: 50 }), { cursor: 1, exposures: { ...BASELINE, A: 100 } }],
  ['a step that changes nothing is passed over', at(-1, { A: 50 }), { cursor: 1, exposures: { ...BASELINE, A: 100 } }],
  // After `rollback A` from phase two: B and D stayed. Phase one must not be left without its bake and checklist.
  ['but never the last of a phase', at(1, { ...IN_TWO, C: 0 }), { cursor: 3, exposures: { ...BASELINE, ...IN_TWO, C: 0 } }],
]

describe('advance', () => {
  it.each(UP)('%s', (_, from, to) => expect(nextDestination(from)).toEqual(to))
})
