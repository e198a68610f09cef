import { formerPlaces, placesOf } from '../adapters/places.ts'
import type { State } from '../core/journal/state.ts'
import type { Plan } from '../core/plan/plan.ts'
import { togglesOf } from '../core/plan/toggles-of.ts'
import { replan, type Replan } from '../core/policy/replan.ts'
import { isSame } from '../core/values/is-same.ts'
import type { Problem } from '../core/values/errors.ts'
import { formatExposure } from '../core/values/units.ts'
import type { Session } from './session.ts'

/**
 * Returns where a rollout under way stands in an edited plan. It cannot go on with one whose targets, under their old names,
 * write elsewhere while a toggle is on in the place that is left.
 */
export async function replanPlaces(session: Session, state: State, next: Plan): Promise<Replan> {
  const found = replan(state, next)
  if ('refused' in found) return found
  for (const name of Object.keys(state.plan.targets)) {
    const refused = await whyLeft(session, state, next, name)
    if (refused) return { rows: found.rows, refused }
  }
  return found
}

async function whyLeft(session: Session, { plan, exposures, baseline }: State, next: Plan, target: string): Promise<Problem | undefined> {
  const [was, is] = [plan.targets[target], next.targets[target]]
  if (!was || !is || isSame(was, is)) return undefined
  for (const name of togglesOf(plan, target)) {
    const exposure = exposures[name] ?? baseline[name] ?? 0
    if (exposure === baseline[name]) continue
    const variable = plan.toggles[name]?.variable ?? name
    const kept = await placesOf(is, variable, session.lender)
    const left = (await formerPlaces(was, variable, session.lender)).find((place) => !kept.includes(place))
    if (left === undefined) continue
    const message = `${name} is at ${formatExposure(exposure)}, and ${left} of ${target} would be forgotten`
    return { message, hint: `rollout rollback ${name} first` }
  }
  return undefined
}
