import type { Exposure } from '../values/units.ts'
import { exposuresAfter, exposureAt, isForward, stepsOf, type Step } from '../plan/steps.ts'
import { dependants, type Exposures, type Phase, type Plan } from '../plan/plan.ts'
import type { State } from '../journal/state.ts'

/** How much a rollback takes back. */
export type Scope =
  /** The phase under way (the default), or a named one, back to the end of the phase before. */
  | { readonly is: 'phase'; readonly phase?: string }
  /** Some toggles and what requires them; core toggles stay unless named. */
  | { readonly is: 'toggles'; readonly toggles: readonly string[] }
  /** The phase under way, down to some share of the users. */
  | { readonly is: 'to'; readonly to: Exposure }
  /** Every toggle to its default. */
  | { readonly is: 'all' }
  /** To the step before. */
  | { readonly is: 'step' }

/** Where a move leads: the cursor, and what every toggle is to have. */
export interface Destination {
  readonly cursor: number
  readonly exposures: Exposures
}

/** Returns where a retreat of this scope leads. Never raises a toggle further than it is. */
export function retreatTo(state: State, scope: Scope): Destination {
  const { plan, baseline } = state
  switch (scope.is) {
    case 'all':
      return { cursor: -1, exposures: Object.fromEntries(Object.entries(plan.toggles).map(([name, toggle]) => [name, toggle.default])) }
    case 'phase':
      return back(
        state,
        beginningOfPhase(plan, scope.phase === undefined ? phaseToRetreat(state) : plan.phases.findIndex(({ id }) => id === scope.phase)) -
          1,
      )
    case 'step': {
      const phase = phaseToRetreat(state)
      const before = reached(state) - 1
      return back(state, before >= firstOf(plan, phase) ? before : beginningOfPhase(plan, phase) - 1)
    }
    case 'toggles': {
      const named = dependants(plan, scope.toggles)
      const gone = named.filter((name) => scope.toggles.includes(name) || !plan.toggles[name]?.core)
      const now = held(state)
      const lowered = gone.flatMap((name) => {
        const toggle = plan.toggles[name]
        if (!toggle) return []
        const wanted = baseline[name] ?? toggle.default
        // After `--all` a toggle may be further back than its baseline already: it stays.
        return isForward(toggle, now[name] ?? toggle.default, wanted) ? [] : [[name, wanted] as const]
      })
      const first = stepsOf(plan).find((step) => step.moves.some((name) => gone.includes(name)))
      // A toggle that no step moves gives no reason to begin again.
      const cursor = first ? Math.min(reached(state), first.index - 1) : reached(state)
      return { cursor, exposures: { ...now, ...Object.fromEntries(lowered) } }
    }
    case 'to':
      return reduce(state, scope.to)
  }
}

/** Returns where the scope leads; undefined when everything is there already. */
export function effectiveRetreat(state: State, scope: Scope): Destination | undefined {
  const to = retreatTo(state, scope)
  const now = state.intent?.exposures ?? state.exposures
  const moves = Object.entries(to.exposures).some(([name, exposure]) => now[name] !== exposure)
  return moves || state.intent?.move === 'advance' ? to : undefined
}

/**
 * Returns the next step up that changes anything or ends a phase, and what it leads to; undefined at the end of the
 * plan.
 */
export function nextDestination(state: Pick<State, 'plan' | 'baseline' | 'exposures' | 'cursor'>): Destination | undefined {
  const { plan, baseline, exposures, cursor } = state
  for (const step of stepsOf(plan).slice(cursor + 1)) {
    const raised = { ...exposures }
    for (const name of step.moves) {
      const toggle = plan.toggles[name]
      if (!toggle) continue
      const to = exposureAt(toggle, baseline[name] ?? toggle.default, step.to)
      // After a partial rollback some toggles are further on than the cursor: they stay.
      if (isForward(toggle, exposures[name] ?? toggle.default, to)) raised[name] = to
    }
    for (const name of step.ends ?? []) raised[name] = baseline[name] ?? plan.toggles[name]?.default ?? 0
    // A phase is never left without its last step: there its bake, checklist and success criteria are asked for.
    if (step.last || Object.keys(raised).some((name) => raised[name] !== exposures[name])) return { cursor: step.index, exposures: raised }
  }
  return undefined
}

/** Returns the step the rollout would go to next; undefined at the end of the plan. */
export function nextStep(state: State): Step | undefined {
  const to = nextDestination(state)
  return to && stepsOf(state.plan)[to.cursor]
}

/** Returns the phase under way: that of the step arrived at or being applied. */
export function currentPhase(state: State): Phase | undefined {
  return state.plan.phases[phaseOf(state)]
}

/** Returns the index of the phase under way. */
export function phaseOf(state: State): number {
  return stepsOf(state.plan)[Math.max(reached(state), 0)]?.phase ?? 0
}

/**
 * Returns the index of the phase that a retreat is about. A retreat may leave the cursor at the end of the phase before,
 * which is none of its business: the phase that was under way stays the one that is taken back until it is resumed, and
 * while anything of it is left to take back.
 */
export function phaseToRetreat(state: State): number {
  const { plan, retreated, status } = state
  const phase = plan.phases.findIndex(({ id }) => id === retreated)
  if (phase === -1) return phaseOf(state)
  return status !== 'running' || isLeft(state, phase) ? phase : phaseOf(state)
}

function isLeft(state: State, phase: number): boolean {
  const { exposures } = back(state, beginningOfPhase(state.plan, phase) - 1)
  const now = held(state)
  return Object.keys(exposures).some((name) => exposures[name] !== now[name])
}

/** The furthest cursor anything may already have been written for. */
function reached(state: State): number {
  return state.intent?.move === 'advance' ? Math.max(state.cursor, state.intent.cursor) : state.cursor
}

/** What the toggles may have now: an unfinished step up counts as taken. */
function held(state: State): Exposures {
  return state.intent ? state.intent.exposures : state.exposures
}

function firstOf(plan: Plan, phase: number): number {
  if (phase < 0) return 0
  // A phase may have no step of its own; then it begins where the next one does.
  const steps = stepsOf(plan)
  return steps.find((step) => step.phase >= phase)?.index ?? steps.length
}

/** The first step of a phase, or that of its shadow: what is tried again begins with the evidence that costs nobody anything. */
function beginningOfPhase(plan: Plan, phase: number): number {
  const shadow = plan.phases[phase - 1]
  return firstOf(plan, shadow?.shadows !== undefined && shadow.shadows.phase === plan.phases[phase]?.id ? phase - 1 : phase)
}

/** Back along the cursor; a toggle that is already further back, or has left the steps, stays where it is. */
function back(state: State, cursor: number): Destination {
  const { plan, baseline } = state
  const moved = new Set(stepsOf(plan).flatMap(({ moves }) => moves))
  const to = Math.max(-1, Math.min(cursor, reached(state)))
  // The cursor may be further back than what a partial rollback has left of the phases before.
  const then = exposuresAfter(plan, baseline, cursor)
  const exposures = Object.fromEntries(
    Object.entries(plan.toggles).map(([name, toggle]) => {
      const now = held(state)[name] ?? toggle.default
      const wanted = moved.has(name) ? (then[name] ?? toggle.default) : now
      return [name, isForward(toggle, now, wanted) ? now : wanted]
    }),
  )
  return { cursor: to, exposures }
}

function reduce(state: State, to: Exposure): Destination {
  const { plan, baseline } = state
  const phase = phaseToRetreat(state)
  const moved = new Set(plan.phases[phase]?.toggles)
  const now = held(state)
  const lowered = [...moved].flatMap((name) => {
    const toggle = plan.toggles[name]
    if (!toggle) return []
    // A toggle that is for everybody or nobody has nothing between.
    const share = toggle.exposure === 'all' && to < 100 ? 0 : to
    const limit = exposureAt(toggle, baseline[name] ?? toggle.default, share)
    return isForward(toggle, limit, now[name] ?? toggle.default) ? [[name, limit] as const] : []
  })
  const steps = stepsOf(plan).filter((step) => step.phase === phase)
  const kept = steps.filter((step) => step.index <= reached(state) && step.to <= to)
  const first = firstOf(plan, phase)
  const found = steps.find((step) => !kept.includes(step))?.index ?? first
  const broken = found === first ? beginningOfPhase(plan, phase) : found
  return { cursor: Math.min(reached(state), broken - 1), exposures: { ...now, ...Object.fromEntries(lowered) } }
}
