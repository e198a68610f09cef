import { dependants, type Plan } from '../plan/plan.ts'
import type { Contingency, ContingencyScope } from '../values/risk.ts'
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
