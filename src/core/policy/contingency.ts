import { exposuresAfter, stepsOf } from '../plan/steps.ts'
import { dependants, type Exposures, type Plan } from '../plan/plan.ts'
import { effectiveRetreat } from './destination.ts'
import type { Contingency, ContingencyScope } from '../values/risk.ts'
import { asStarted, type State } from '../journal/state.ts'
import { formatExposure } from '../values/units.ts'

/** Returns the contingency of this name; undefined when the plan has none. */
export function contingencyOf(plan: Plan, id: string | undefined): Contingency | undefined {
  return id !== undefined && plan.contingencies && Object.hasOwn(plan.contingencies, id) ? plan.contingencies[id] : undefined
}

/** Formats what a contingency does, for people: `every toggle to its default`. */
export function formatScope(plan: Plan, scope: ContingencyScope): string {
  switch (scope.is) {
    case 'all':
      return 'every toggle to its default'
    case 'phase':
      return 'the phase under way is rolled back'
    case 'to':
      return `the phase under way is reduced to ${formatExposure(scope.to)}`
    case 'toggles': {
      const others = dependants(plan, scope.toggles).filter((name) => !scope.toggles.includes(name) && !plan.toggles[name]?.core)
      const along = others.length > 0 ? `, and with ${scope.toggles.length > 1 ? 'them' : 'it'} ${others.join(', ')}` : ''
      return `${scope.toggles.join(', ')} rolled back${along}`
    }
  }
}

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
