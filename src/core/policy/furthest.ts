import { exposuresAfter, stepsOf } from '../plan/steps.ts'
import type { Exposures, Plan } from '../plan/plan.ts'
import { effectiveRetreat } from './destination.ts'
import type { ContingencyScope } from '../values/risk.ts'
import { asStarted, type State } from '../journal/state.ts'

/**
 * Returns the rollout as far on as it can be with something left for this scope to take back: at the end of the last
 * such phase. Undefined when there never is. In a phase exposure rises, and no toggle is in two: what its end does not
 * show no step does.
 */
export function furthestFor(plan: Plan, baseline: Exposures, scope: ContingencyScope): State | undefined {
  for (const { index } of stepsOf(plan)
    .toReversed()
    .filter(({ last }) => last)) {
    const state: State = { ...asStarted(plan, baseline), exposures: exposuresAfter(plan, baseline, index), cursor: index, advanced: true }
    if (effectiveRetreat(state, scope)) return state
  }
  return undefined
}
