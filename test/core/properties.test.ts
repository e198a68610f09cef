import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decide } from '../../src/core/policy/decide.ts'
import { nextStep } from '../../src/core/policy/destination.ts'
import { situationOf } from '../../src/core/policy/situation.ts'
import type { Reading } from '../../src/core/values/reading.ts'
import { isForward, stepsOf } from '../../src/core/plan/steps.ts'
import { dependants, type Phase, type Plan, type Toggle } from '../../src/core/plan/plan.ts'
import { effectiveRetreat, phaseOf, retreatTo, type Scope } from '../../src/core/policy/destination.ts'
import { canDoWithout, currentStep, type State } from '../../src/core/journal/state.ts'
import { beginWatch, observe, type Readings } from '../../src/core/judge/watch.ts'
import { gone, metric, MINUTE, next, NOW, phase, plan, rule, started, toggle } from '../helpers/core.ts'

/*
 * Random plans, driven at random through the pure core as the engine drives it: look (a poll with any reading, any
 * gap, any clock), act on the decision, crash, and people who pause, resume, approve and roll back at any moment.
 */

const NAMES = ['A', 'B', 'C', 'LEGACY'] as const
const rising = fc
  .uniqueArray(fc.constantFrom(0.1, 1, 10, 50, 100), { minLength: 1, maxLength: 3 })
  .map((all) => all.toSorted((a, b) => a - b))
const approval = { group: 'managers', count: 1 }

const somePhase = (id: string, toggles: readonly string[]): fc.Arbitrary<Phase> =>
  fc
    .record({
      steps: fc
        .tuple(rising, fc.constantFrom(0, MINUTE, 5 * MINUTE), fc.boolean())
        .map(([all, hold, asks]) => all.map((to) => ({ to, hold, ...(asks && { approval }) }))),
      order: fc.constantFrom('one-by-one', 'together'),
      onWarning: fc.constantFrom('pause', 'step-back', 'hold'),
      onCritical: fc.constantFrom('rollback', 'step-back', 'pause'),
      after: fc.constantFrom(0, 2 * MINUTE),
      success: fc.constantFrom([], [{ metric: 'errors', rule: rule('< 1%'), over: 2 * MINUTE }]),
    })
    .map((more) => phase({ ...more, id, toggles }))

const someToggle = (variable: string): fc.Arbitrary<Toggle> =>
  fc.record({ core: fc.boolean(), targets: fc.constantFrom(['web'], ['web', 'worker']) }).map((more) =>
    toggle({
      ...more,
      variable,
      requires: variable === 'B' ? ['A'] : [],
      ...(variable === 'LEGACY' && { kind: 'legacy', default: 100 }),
    }),
  )

const somePlan: fc.Arbitrary<Plan> = fc
  .record({
    toggles: fc.tuple(...NAMES.map(someToggle)),
    phases: fc.tuple(somePhase('one', ['A', 'B']), somePhase('two', ['C']), somePhase('three', ['LEGACY'])),
    minSamples: fc.constantFrom(0, 50),
    onNoData: fc.constantFrom('hold', 'pause', 'rollback'),
    wait: fc.constantFrom(0, MINUTE),
    maxUnavailable: fc.constantFrom(0, 1),
  })
  .map(({ toggles, phases, minSamples, onNoData, wait, maxUnavailable }) =>
    plan({
      toggles: Object.fromEntries(toggles.map((each) => [each.variable, each])),
      targets: { web: { use: 'f', options: {} }, worker: { use: 'f', options: {} } },
      metrics: { errors: metric({ minSamples, onNoData, critical: { when: rule('> 5%'), for: wait } }) },
      phases,
      maxUnavailable,
    }),
  )

const someBaseline = fc.record({
  A: fc.constantFrom(0, 0, 5),
  B: fc.constant(0),
  C: fc.constantFrom(0, 50),
  LEGACY: fc.constantFrom(100, 80),
})

type Traffic = { readonly bad: number; readonly all: number } | 'gone' | 'NaN'
type Action =
  | { readonly is: 'look'; readonly wait: number; readonly traffic: Traffic; readonly reboot: boolean }
  | { readonly is: 'act'; readonly refuse: readonly boolean[]; readonly crash: boolean }
  | { readonly is: 'pause' | 'resume' | 'approve' }
  | { readonly is: 'roll back'; readonly scope: Scope }

const someScope: fc.Arbitrary<Scope> = fc.oneof(
  fc.constantFrom<Scope>({ is: 'phase' }, { is: 'step' }, { is: 'phase', phase: 'one' }),
  fc.subarray([...NAMES], { minLength: 1 }).map((toggles): Scope => ({ is: 'toggles', toggles })),
  fc.constantFrom(0, 0.1, 5, 60).map((to): Scope => ({ is: 'to', to })),
)
const healthy: Action = { is: 'look', wait: MINUTE, traffic: { bad: 0, all: 1000 }, reboot: false }
const someAction: fc.Arbitrary<Action> = fc.oneof(
  { weight: 8, arbitrary: fc.constant(healthy) },
  { weight: 8, arbitrary: fc.constant<Action>({ is: 'act', refuse: [], crash: false }) },
  {
    weight: 3,
    arbitrary: fc.record({
      is: fc.constant('look' as const),
      wait: fc.constantFrom(-MINUTE, 0, MINUTE, 3 * MINUTE, 60 * MINUTE),
      traffic: fc.oneof(
        fc.constantFrom<Traffic>('gone', 'NaN'),
        fc.constantFrom(0, 15, 30, 500).map((bad) => ({ bad, all: 1000 })),
        fc.constant({ bad: 0, all: 0 }),
      ),
      reboot: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ is: fc.constant('act' as const), refuse: fc.array(fc.boolean(), { maxLength: 2 }), crash: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.constant<Action>({ is: 'approve' }) },
  { weight: 1, arbitrary: fc.constantFrom<Action>({ is: 'pause' }, { is: 'resume' }, { is: 'resume' }) },
  { weight: 1, arbitrary: someScope.map((scope): Action => ({ is: 'roll back', scope })) },
)

interface World {
  readonly state: State
  readonly clock: number
  readonly boot: number
  readonly bad: number
  readonly total: number
}

const tickOf = ({ clock, boot }: World) => ({ monotonic: clock, domain: `boot ${boot}`, now: NOW })
const counters = ({ bad, total }: World): Reading => ({ is: 'ratio', bad: { a: bad }, total: { a: total } })

/** One action, as the engine would carry it out. */
function turn(world: World, action: Action): World {
  const { state } = world
  switch (action.is) {
    case 'look': {
      const { traffic } = action
      const seen = typeof traffic === 'string' ? { bad: 0, all: 0 } : traffic
      const later: World = {
        ...world,
        clock: world.clock + action.wait,
        boot: world.boot + (action.reboot ? 1 : 0),
        bad: world.bad + seen.bad,
        total: world.total + seen.all,
      }
      const reading: Reading =
        traffic === 'gone' ? gone : traffic === 'NaN' ? { is: 'ratio', bad: { a: 0 }, total: { a: Number.NaN } } : counters(later)
      const [readings, now]: [Readings, Phase | undefined] = [{ errors: reading }, state.plan.phases[phaseOf(state)]]
      if (!now || state.status === 'rolled back' || state.status === 'complete') return later
      return {
        ...later,
        state: next(state, {
          type: 'observed',
          watch: observe(state.plan, { phase: now, cursor: state.cursor }, state.watch, readings, tickOf(later)),
        }),
      }
    }
    case 'act': {
      const decision = decide(situationOf(state, NOW))
      const { why } = decision
      if (decision.do === 'pause') return { ...world, state: next(state, { type: 'paused', why }) }
      if (decision.do === 'complete') return { ...world, state: next(state, { type: 'completed', why }) }
      if (decision.do === 'hold' || decision.do === 'rest') return world
      const intended = decision.do === 'finish' ? state : next(state, { type: 'intended', move: decision.do, ...decision.to, why })
      return action.crash ? { ...world, state: intended } : { ...world, state: finish(world, intended, action.refuse) }
    }
    case 'pause':
      return { ...world, state: next(state, { type: 'paused', why: { code: 'operator', text: '' } }) }
    case 'resume':
      return { ...world, state: next(state, { type: 'resumed' }) }
    case 'approve': {
      const step = nextStep(state)?.index ?? 0
      return { ...world, state: next(state, { type: 'approved', step, digest: state.digest, group: 'managers' }, 'ana') }
    }
    case 'roll back': {
      const to = effectiveRetreat(state, action.scope)
      return to
        ? { ...world, state: next(state, { type: 'intended', move: 'rollback', ...to, why: { code: 'operator', text: '' } }) }
        : world
    }
  }
}

function finish(world: World, state: State, refuse: readonly boolean[]): State {
  const { intent } = state
  if (!intent) return state
  const tried = Object.keys(intent.targets).reduce(
    (before, target, nth) =>
      refuse[nth]
        ? next(before, { type: 'refused', intent: intent.seq, target, error: 'full' })
        : next(before, { type: 'applied', intent: intent.seq, target }),
    state,
  )
  const missing = Object.entries(tried.intent?.targets ?? {}).flatMap(([target, { is }]) => (is === 'applied' ? [] : [target]))
  if (!canDoWithout(state.plan, intent, missing)) return tried
  const watch = beginWatch(
    state.plan,
    intent.cursor,
    state.watch,
    intent.move === 'advance' ? { errors: counters(world) } : {},
    tickOf(world),
  )
  return next(tried, { type: 'arrived', intent: intent.seq, missing, watch })
}

/** Every state on the way, with what was done to leave it. */
function walk(of: Plan, baseline: State['baseline'], actions: readonly Action[]): readonly (readonly [State, Action, State])[] {
  let world: World = { state: started(of, baseline), clock: 0, boot: 0, bad: 0, total: 0 }
  return actions.map((action) => {
    const before = world.state
    world = turn(world, action)
    return [before, action, world.state] as const
  })
}

const raised = (before: State, now: State): boolean =>
  Object.entries(before.plan.toggles).some(([name, each]) =>
    isForward(each, reachOf(before)[name] ?? each.default, reachOf(now)[name] ?? each.default),
  )
function without(state: State, exposures: State['exposures']): State {
  const { intent: _, ...rest } = state
  return { ...rest, exposures }
}

/** What the targets may hold. */
const reachOf = ({ intent, exposures }: State): State['exposures'] => intent?.exposures ?? exposures

const journeys = [somePlan, someBaseline, fc.array(someAction, { minLength: 30, maxLength: 120 })] as const
const RUNS = { numRuns: 120 }

describe('whatever happens', () => {
  it('I4 exposure rises only while running, from an arrived step, with every gate open, by one step, on fresh evidence', () => {
    let rises = 0
    fc.assert(
      fc.property(...journeys, (of, baseline, actions) => {
        for (const [before, action, after] of walk(of, baseline, actions)) {
          if (!raised(before, after)) continue
          rises += 1
          expect(action.is).toBe('act')
          expect([before.status, before.intent]).toEqual(['running', undefined])
          expect(situationOf(before, NOW).gates.filter(({ open }) => !open)).toEqual([])
          expect(before.watch?.tracks['errors']).toMatchObject({ verdict: 'healthy', met: true })
          expect(before.watch?.credit ?? 0).toBeGreaterThanOrEqual(currentStep(before)?.hold ?? 0)
          const to = after.intent?.cursor ?? after.cursor
          expect(to).toBeGreaterThan(before.cursor)
          const left = currentStep(before)
          // No phase is left but from its last step.
          if (left && !left.last) expect(stepsOf(of)[to]?.phase).toBe(left.phase)
          if (stepsOf(of)[to]?.approval) expect(before.approvals.map(({ step }) => step)).toContain(to)
        }
      }),
      RUNS,
    )
    expect(rises).toBeGreaterThan(RUNS.numRuns)
  })

  it('I5 I8 nothing rises after a rollback or a pause until resume', () =>
    fc.assert(
      fc.property(...journeys, (of, baseline, actions) => {
        let latched = false
        for (const [before, action, after] of walk(of, baseline, actions)) {
          if (action.is === 'resume') latched = false
          if (latched) expect(raised(before, after)).toBe(false)
          if (after.status === 'rolled back' || after.status === 'paused') latched = true
        }
      }),
      RUNS,
    ))

  it('I6 rollback reaches the baseline from every state, and no scope raises anything', () =>
    fc.assert(
      fc.property(...journeys, someScope, (of, baseline, actions, scope) => {
        for (const [, , state] of walk(of, baseline, actions)) {
          const raises = (to: State['exposures']): boolean => raised(without(state, reachOf(state)), without(state, to))
          expect(raises(retreatTo(state, scope).exposures)).toBe(false)
          expect(retreatTo(state, scope).cursor).toBeLessThanOrEqual(Math.max(state.cursor, state.intent?.cursor ?? -1))
          expect(retreatTo(state, { is: 'phase', phase: 'one' })).toEqual({ cursor: -1, exposures: baseline })
          expect(retreatTo(state, { is: 'all' }).exposures).toEqual({ A: 0, B: 0, C: 0, LEGACY: 100 })
        }
      }),
      RUNS,
    ))

  it('I18 core toggles survive a partial rollback, and what requires the others does not', () =>
    fc.assert(
      fc.property(...journeys, fc.subarray([...NAMES], { minLength: 1 }), (of, baseline, actions, toggles) => {
        const state = walk(of, baseline, actions).at(-1)?.[2]
        if (!state) return
        const { exposures } = retreatTo(state, { is: 'toggles', toggles })
        for (const name of NAMES) {
          const gone = toggles.includes(name) || (dependants(of, toggles).includes(name) && of.toggles[name]?.core === false)
          expect(exposures[name]).toBe(gone ? baseline[name] : reachOf(state)[name])
        }
      }),
      RUNS,
    ))

  it('I17 a frozen plan never changes, and I16 a decision is the same twice and after a trip through JSON', () =>
    fc.assert(
      fc.property(...journeys, (of, baseline, actions) => {
        const frozen = JSON.stringify(of)
        for (const [, , state] of walk(of, baseline, actions)) {
          expect(state.plan).toBe(of)
          const kept: State = JSON.parse(JSON.stringify(state))
          expect(decide(situationOf(kept, NOW))).toEqual(decide(situationOf(state, NOW)))
          expect(decide(situationOf(state, NOW))).toEqual(decide(situationOf(state, NOW)))
        }
        expect(JSON.stringify(of)).toBe(frozen)
      }),
      { numRuns: 40 },
    ))

  it('gets to the end when all is well', () =>
    fc.assert(
      fc.property(somePlan, someBaseline, (of, baseline) => {
        const well: readonly Action[] = [healthy, { is: 'approve' }, { is: 'act', refuse: [], crash: false }]
        const actions = Array.from({ length: 240 }, (_, nth) => well[nth % 3] ?? healthy)
        const last = walk(of, baseline, actions).at(-1)?.[2]
        expect(last?.status).toBe('complete')
      }),
      { numRuns: 10 },
    ))
})
