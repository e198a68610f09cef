import { dependants } from '../plan/plan.ts'
import type { State } from '../journal/state.ts'
import { phaseToRetreat, type Scope } from './destination.ts'

/** Returns the toggles that a retreat of this scope is about. */
export function togglesOfScope(state: State, scope: Scope): readonly string[] {
  const { plan } = state
  switch (scope.is) {
    case 'all':
      return Object.keys(plan.toggles)
    case 'toggles':
      return dependants(plan, scope.toggles)
    case 'phase': {
      const { phase } = scope
      return (phase === undefined ? plan.phases[phaseToRetreat(state)] : plan.phases.find(({ id }) => id === phase))?.toggles ?? []
    }
    case 'step':
    case 'to':
      return plan.phases[phaseToRetreat(state)]?.toggles ?? []
  }
}
