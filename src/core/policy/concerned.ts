import { environment } from '../plan/environment.ts'
import type { Exposures, Plan } from '../plan/plan.ts'
import { doubted, type State } from '../journal/state.ts'

/**
 * Returns the targets that a move to these exposures is written to: those where a word differs from what the newest
 * arrival left there, those not known to hold what was last written, and `others` that were seen to differ.
 */
export function concernedBy(state: State, exposures: Exposures, others: readonly string[] = []): readonly string[] {
  const { plan, exposures: before } = state
  const unsure = new Set([...doubted(state), ...others])
  const moved = Object.entries(plan.toggles).flatMap(([name, { targets }]) => (exposures[name] === before[name] ? [] : targets))
  const candidates = new Set(moved)
  return Object.keys(plan.targets).filter((target) => unsure.has(target) || (candidates.has(target) && isMoved(state, target, exposures)))
}

/** Returns the targets that hold any of these toggles. */
export function holdersOf(plan: Pick<Plan, 'toggles'>, toggles: readonly string[]): readonly string[] {
  return [...new Set(toggles.flatMap((name) => plan.toggles[name]?.targets ?? []))]
}

function isMoved({ plan, baseline, exposures: before }: State, target: string, exposures: Exposures): boolean {
  const held = environment(plan, target, { exposures: before, baseline })
  return Object.entries(environment(plan, target, { exposures, baseline })).some(([variable, word]) => held[variable] !== word)
}
