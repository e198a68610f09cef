import type { Exposures, PhaseStep, Plan, Toggle } from './plan.ts'
import type { Exposure } from '../values/units.ts'

/** One entry of the compiled list: which toggles move, and to what, within which phase. */
export interface Step extends PhaseStep {
  readonly index: number
  /** Index into `Plan.phases`. */
  readonly phase: number
  /** The toggles this step moves. */
  readonly moves: readonly string[]
  /** The last step of its phase. */
  readonly last: boolean
  /** The toggles this step puts back to what they were before the rollout. */
  readonly ends?: readonly string[]
}

/**
 * Compiles the phases to the one ordered list of steps the cursor moves along.
 * `one-by-one` takes each toggle through all steps before the next begins.
 */
export function stepsOf(plan: Plan): readonly Step[] {
  const known = compiled.get(plan)
  if (known) return known
  const steps = compile(plan)
  compiled.set(plan, steps)
  return steps
}

/** A plan never changes once it is made, and every decision asks for its steps many times. */
const compiled = new WeakMap<Plan, readonly Step[]>()

function compile(plan: Plan): readonly Step[] {
  const bare = plan.phases.flatMap((phase, index) => {
    const rounds = phase.order === 'together' ? [phase.toggles] : phase.toggles.map((toggle) => [toggle])
    const steps = rounds.flatMap((moves) => phase.steps.map((step) => ({ ...step, phase: index, moves })))
    const { ends } = phase
    return steps.map((step, nth) => ({ ...step, last: nth === steps.length - 1, ...(ends && nth === 0 && { ends }) }))
  })
  return bare.map((step, index) => ({ ...step, index }))
}

/**
 * Returns what a step `to` percent means for one toggle. Rising toggles never fall below their baseline; a legacy
 * toggle is taken away from `to` percent of the users.
 */
export function exposureAt(toggle: Toggle, baseline: Exposure, to: Exposure): Exposure {
  if (toggle.kind === 'legacy') return Math.min(baseline, round(100 - to))
  return Math.max(baseline, to)
}

/** Tells whether moving from `from` to `to` carries the toggle's change to more users. */
export function isForward(toggle: Toggle, from: Exposure, to: Exposure): boolean {
  return toggle.kind === 'legacy' ? to < from : to > from
}

/** Returns the exposure of every toggle once the step at `cursor` has been reached; -1 is the baseline. */
export function exposuresAfter(plan: Plan, baseline: Exposures, cursor: number): Exposures {
  const reached: Record<string, Exposure> = { ...baseline }
  for (const step of stepsOf(plan).slice(0, cursor + 1)) {
    for (const name of step.moves) {
      const toggle = plan.toggles[name]
      if (toggle) reached[name] = exposureAt(toggle, baseline[name] ?? toggle.default, step.to)
    }
    for (const name of step.ends ?? []) reached[name] = baseline[name] ?? plan.toggles[name]?.default ?? 0
  }
  return reached
}

function round(exposure: Exposure): Exposure {
  return Math.round(exposure * 1e5) / 1e5
}
