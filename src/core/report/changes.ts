import type { Exposures, Plan } from '../plan/plan.ts'
import { formatExposure } from '../values/units.ts'

/** One toggle's move from one exposure to another. */
export interface Change {
  readonly toggle: string
  readonly from: string
  readonly to: string
}

/** Returns what differs between two sets of exposures, in the order of the inventory. */
export function changesBetween(plan: Plan, before: Exposures, after: Exposures): readonly Change[] {
  return Object.entries(plan.toggles).flatMap(([toggle, { default: none }]) => {
    const [from, to] = [before[toggle] ?? none, after[toggle] ?? none]
    return from === to ? [] : [{ toggle, from: formatExposure(from), to: formatExposure(to) }]
  })
}
