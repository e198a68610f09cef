import { describe, expect, it } from 'vitest'
import { asWritten } from '../../../src/core/plan/as-written.ts'
import { differences } from '../../../src/core/plan/difference.ts'
import { environment } from '../../../src/core/plan/environment.ts'
import { rampAt } from '../../../src/core/judge/comparison.ts'
import { questionsOf } from '../../../src/core/plan/membership.ts'
import { dependants, type Plan } from '../../../src/core/plan/plan.ts'
import { asDeclared, askedToggles, withShadows } from '../../../src/core/plan/shadow.ts'
import { exposuresAfter, stepsOf } from '../../../src/core/plan/steps.ts'
import { beginningOf, isReached } from '../../../src/core/policy/beginning.ts'
import { nextDestination, retreatTo, type Scope } from '../../../src/core/policy/destination.ts'
import { metricsUnderWay } from '../../../src/core/policy/situation.ts'
import { BOTH_GROUPS, metric, ONE_GROUP, phase, plan, state, toggle } from '../../helpers/core.ts'

/** Steps: 0 A100 (first); 1 the shadow of B and C; 2 B10, 3 B100, 4 C10, 5 C100 (second). */
const DECLARED: Plan = plan({
  toggles: { A: toggle(), B: toggle({ variable: 'VB', owner: 'ana', removeBy: '2030-01-01' }), C: toggle({ variable: 'C' }) },
  metrics: { errors: metric({ measures: BOTH_GROUPS }), shadow: metric({ measures: ONE_GROUP }) },
  phases: [
    phase({ id: 'first', steps: [{ to: 100, hold: 0 }] }),
    phase({
      id: 'second',
      toggles: ['B', 'C'],
      shadow: { share: 5, hold: 60_000, metric: 'shadow' },
      steps: [
        { to: 10, hold: 0 },
        { to: 100, hold: 0 },
      ],
      after: 1000,
      checklist: [{ id: 'x', text: 'x' }],
    }),
  ],
})
const PLAN = withShadows(DECLARED)
const BASELINE = { A: 0, B: 0, C: 0, B_SHADOW: 0, C_SHADOW: 0 }
const at = (cursor: number) => state({ plan: PLAN, baseline: BASELINE, cursor, exposures: exposuresAfter(PLAN, BASELINE, cursor) })

describe('a plan with a shadow', () => {
  it('has it as a step of its own, before the phase that begins with it', () => {
    expect(stepsOf(PLAN).map(({ moves, to, last, ends = [] }) => [moves.join('+'), to, last, ends.join('+')])).toEqual([
      ['A', 100, true, ''],
      ['B_SHADOW+C_SHADOW', 5, true, ''],
      ['B', 10, false, 'B_SHADOW+C_SHADOW'],
      ['B', 100, false, ''],
      ['C', 10, false, ''],
      ['C', 100, true, ''],
    ])
    expect(PLAN.phases[1]).toMatchObject({
      id: 'second-shadow',
      metrics: ['shadow', 'errors'],
      evidence: { pace: 'evidence' },
      after: 0,
      checklist: [],
      success: [],
    })
    expect(PLAN.phases[1]?.steps).toEqual([{ to: 5, hold: 60_000 }])
  })

  it('writes the share into a variable beside that of the toggle, in the words of the SDK, and takes it back with the first step', () => {
    const words = (cursor: number) => environment(PLAN, 'web', { exposures: exposuresAfter(PLAN, BASELINE, cursor), baseline: BASELINE })
    expect(words(0)).toMatchObject({ VB: 'false', VB_SHADOW: 'false' })
    expect(words(1)).toMatchObject({ VB: 'false', VB_SHADOW: '5%', C_SHADOW: '5%' })
    expect(words(2)).toMatchObject({ VB: '10%', VB_SHADOW: 'false', C_SHADOW: 'false' })
  })

  it('is told as it is written: an edit of the shadow is one line', () => {
    expect(asDeclared(PLAN)).toEqual(DECLARED)
    const [first, second] = DECLARED.phases
    if (!first || !second) throw new Error('there are two phases')
    const { shadow: _, ...without } = second
    const other = withShadows({ ...DECLARED, phases: [first, without] })
    expect(differences(asWritten(other), asWritten(PLAN))).toEqual([
      { path: 'phases.1.shadow', before: undefined, after: { share: '5%', hold: '1m', metric: 'shadow' } },
    ])
  })

  it('is the same plan where no phase has one', () => {
    const other = plan()
    expect(withShadows(other)).toBe(other)
    expect(asDeclared(other)).toBe(other)
  })

  it('compares no groups at the shadow, and both at the step after it', () => {
    expect(rampAt(PLAN, 1)).toBeUndefined()
    expect(rampAt(PLAN, 2)?.metrics).toEqual({ errors: 'failures' })
  })

  it('is nobody’s: no user has a shadow, and no code asks for it', () => {
    expect(questionsOf(PLAN, { exposures: BASELINE, baseline: BASELINE, cursor: -1 }).map((each) => each.toggle)).toEqual(['A', 'B', 'C'])
    expect(askedToggles(PLAN)).toEqual(['A', 'B', 'C'])
    expect(dependants(PLAN, ['B'])).toEqual(['B', 'B_SHADOW'])
  })
})

describe('the way through it', () => {
  it('leads over the shadow to the first user', () => {
    expect(nextDestination(at(0))).toMatchObject({ cursor: 1, exposures: { B: 0, B_SHADOW: 5, C_SHADOW: 5 } })
    expect(nextDestination(at(1))).toMatchObject({ cursor: 2, exposures: { B: 10, B_SHADOW: 0, C_SHADOW: 0 } })
  })

  it.each<[what: string, cursor: number, scope: Scope, to: number]>([
    ['the shadow itself', 1, { is: 'phase' }, 0],
    ['a step of the shadow', 1, { is: 'step' }, 0],
    ['the phase after it, and the shadow with it', 3, { is: 'phase' }, 0],
    ['that phase by name', 3, { is: 'phase', phase: 'second' }, 0],
    ['the first step after it', 2, { is: 'step' }, 0],
    ['a later step', 3, { is: 'step' }, 2],
    ['the toggle', 3, { is: 'toggles', toggles: ['B'] }, 0],
    ['less than its first step', 3, { is: 'to', to: 5 }, 0],
    ['all', 3, { is: 'all' }, -1],
  ])('back from %s leaves no shadow behind', (_, cursor, scope, to) => {
    const destination = retreatTo(at(cursor), scope)
    expect(destination.cursor).toBe(to)
    expect(destination.exposures).toMatchObject({ B_SHADOW: 0, C_SHADOW: 0 })
  })

  it('begins with the shadow again after it was taken back', () => {
    const back = retreatTo(at(3), { is: 'phase' })
    expect(nextDestination(state({ plan: PLAN, baseline: BASELINE, ...back }))?.exposures).toMatchObject({ B: 0, B_SHADOW: 5 })
  })

  it('is at its end where every toggle is: a shadow that is over is nothing to be rolled out', () => {
    const done = { A: 100, B: 100, C: 100, B_SHADOW: 0, C_SHADOW: 0 }
    const complete = state({ plan: PLAN, baseline: BASELINE, exposures: done, cursor: 5, status: 'complete' })
    expect(isReached(PLAN, beginningOf(PLAN, done, complete))).toBe(true)
    const half = { ...done, B: 0, C: 0 }
    expect(beginningOf(PLAN, half, { ...complete, exposures: half }).reached?.cursor).toBe(0)
  })

  it('waits for the comparison at the shadow, and not before the first step of all', () => {
    const first = withShadows(plan({ metrics: PLAN.metrics, phases: [phase({ shadow: { share: 5, hold: 0, metric: 'shadow' } })] }))
    const names = (cursor: number) => metricsUnderWay(state({ plan: first, cursor })).map(({ name }) => name)
    expect(names(-1)).toEqual(['errors'])
    expect(names(0)).toEqual(['shadow', 'errors'])
    expect(names(1)).toEqual(['errors'])
  })
})
