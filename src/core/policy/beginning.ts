import { exposureAt, isForward, stepsOf } from '../plan/steps.ts'
import type { Exposures, Plan } from '../plan/plan.ts'
import type { State } from '../journal/state.ts'
import type { Destination } from './destination.ts'

/** Where a rollout begins: what a rollback gives back, and how far a complete rollout before it has come already. */
export interface Beginning {
  readonly baseline: Exposures
  readonly reached?: Destination
}

/**
 * Returns where a rollout of this plan begins, with what every toggle is now. A toggle that stands where a complete
 * rollout before left it keeps the baseline it had there: a rollback gives back what was before both.
 */
export function beginningOf(plan: Plan, held: Exposures, before: State | undefined): Beginning {
  const kept = Object.entries(plan.toggles).flatMap(([name, toggle]) => {
    const baseline = before?.baseline[name]
    if (before?.status !== 'complete' || baseline === undefined || before.exposures[name] !== held[name]) return []
    // What another kind moves the other way was not brought here by this plan.
    return isForward(toggle, baseline, held[name] ?? toggle.default) ? [[name, baseline] as const] : []
  })
  if (kept.length === 0) return { baseline: held }
  const baseline = { ...held, ...Object.fromEntries(kept) }
  return { baseline, reached: { cursor: stepsReached(plan, { baseline, exposures: held }) - 1, exposures: held } }
}

/** Tells whether every step of the plan is reached already: nothing is to be rolled out. */
export function isReached(plan: Plan, { baseline, reached }: Beginning): boolean {
  return stepsReached(plan, { baseline, exposures: reached?.exposures ?? baseline }) === stepsOf(plan).length
}

/** How many steps, from the first on, would move nothing. */
function stepsReached(plan: Plan, { baseline, exposures }: { readonly baseline: Exposures; readonly exposures: Exposures }): number {
  const steps = stepsOf(plan)
  const first = steps.findIndex(({ moves, to }) =>
    moves.some((name) => {
      const toggle = plan.toggles[name]
      if (!toggle) return false
      const before = baseline[name] ?? toggle.default
      return isForward(toggle, exposures[name] ?? toggle.default, exposureAt(toggle, before, to))
    }),
  )
  return first < 0 ? steps.length : first
}
