import { exposuresAfter, stepsOf, type Step } from './steps.ts'
import { defaultsOf, type Exposures, type Phase, type Plan } from './plan.ts'
import type { Duration } from '../values/units.ts'

/**
 * When a phase is meant to happen, counted from the start of the rollout. No date: a plan is not begun on any day yet.
 */
export interface PlannedPhase {
  readonly phase: Phase
  /** It begins here when everything before it takes as short as it may. */
  readonly from: Duration
  /** It ends here at the earliest, and there at the latest. */
  readonly sure: Duration
  readonly to: Duration
  /** What its holds, bakes and criteria take, whatever else is planned. */
  readonly least: Duration
}

/**
 * Returns how long the phases take, one behind the other: as `planned:` says, or as their holds take where it says
 * nothing.
 */
export function stretchesOf(plan: Plan): readonly PlannedPhase[] {
  let [earliest, latest] = [0, 0]
  return plan.phases.map((phase, nth) => {
    const least = leastOf(plan, nth)
    const { min, max } = phase.planned ?? { min: least, max: least }
    const from = earliest
    earliest += min
    latest += max
    return { phase, from, sure: earliest, to: latest, least }
  })
}

/** Returns the time the holds of a phase take, and at its last step its bake and its longest criterion. */
export function leastOf(plan: Plan, nth: number): Duration {
  const phase = plan.phases[nth]
  const steps = stepsOf(plan).filter((step) => step.phase === nth)
  const atLast = [phase?.after ?? 0, ...(phase?.success ?? []).map(({ over }) => over)]
  return steps.reduce((all, { hold, last }) => all + Math.max(hold, ...(last ? atLast : [])), 0)
}

/** A step, and what every toggle is before and after it. */
export interface PlannedStep {
  readonly step: Step
  readonly before: Exposures
  readonly after: Exposures
}

/** Returns all steps as stages, from every toggle at its default. */
export function stagesOf(plan: Plan): readonly PlannedStep[] {
  const defaults = defaultsOf(plan)
  return stepsOf(plan).map((step) => ({
    step,
    before: exposuresAfter(plan, defaults, step.index - 1),
    after: exposuresAfter(plan, defaults, step.index),
  }))
}
