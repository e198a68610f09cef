import { placesOf } from '../adapters/places.ts'
import { isPath } from '../adapters/registry.ts'
import type { State } from '../core/journal/state.ts'
import type { Plan } from '../core/plan/plan.ts'
import { replan, type Replan } from '../core/policy/replan.ts'
import { isSame } from '../core/values/is-same.ts'
import { RolloutError, type Problem } from '../core/values/errors.ts'
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
  const on = Object.keys(plan.toggles).find(
    (name) => plan.toggles[name]?.targets.includes(target) && (exposures[name] ?? baseline[name]) !== baseline[name],
  )
  // A file of the user's own that stands in the journal alone is not run.
  if (on === undefined || (isPath(was.use) && was.use !== is.use)) return undefined
  const loan = { ...session.lender, signal: session.signal }
  const kept = await placesOf(is, loan)
  const left = (await placesOf(was, loan).catch(nowhere)).find((place) => !kept.includes(place))
  if (left === undefined) return undefined
  return {
    message: `${on} is at ${formatExposure(exposures[on] ?? 0)}, and ${left} of ${target} would be forgotten`,
    hint: `rollout rollback ${on} first`,
  }
}

/** Options that do not fit any more name no place. */
function nowhere(thrown: unknown): readonly string[] {
  if (thrown instanceof RolloutError) return []
  throw thrown
}
