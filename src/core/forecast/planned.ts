import { LEAST_POLLS } from '../evidence/finding.ts'
import { rampAt } from '../judge/comparison.ts'
import { exposuresAfter, stepsOf, type Step } from '../plan/steps.ts'
import { watchedTimes } from '../plan/watched-times.ts'
import { defaultsOf, type Exposures, type Phase, type Plan } from '../plan/plan.ts'
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

/** Returns the time under watch that the steps of a phase take at least. */
export function leastOf(plan: Plan, nth: number): Duration {
  const steps = stepsOf(plan).filter((step) => step.phase === nth)
  return steps.reduce((all, step) => all + lengthOf(plan, step), 0)
}

/**
 * Returns the time under watch that a step takes at least: it settles, then its hold, or two polls where evidence ends
 * it, and bake and criteria of its phase at the last.
 */
export function lengthOf(plan: Plan, step: Step): Duration {
  const { settle = 0 } = plan.phases[step.phase] ?? {}
  const hold = isPaced(plan, step) ? LEAST_POLLS * plan.interval : step.hold
  return settle + Math.max(...watchedTimes(plan, { ...step, hold }))
}

/** Tells whether evidence ends a step, whatever its hold says. */
export function isPaced(plan: Plan, { index }: Step): boolean {
  return rampAt(plan, index)?.pace === 'evidence'
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
