import { isEnded } from '../core/journal/state.ts'
import type { Journal } from '../core/journal/store.ts'
import type { Plan } from '../core/plan/plan.ts'
import { RolloutError, type Problem } from '../core/values/errors.ts'
import { lostJournal } from './lost-journal.ts'
import { nothingStarted } from './nothing-started.ts'
import { addressIn, planFilesIn } from './plan-files.ts'
import { rolloutsIn } from './rollouts.ts'
import type { Session } from './session.ts'
import { isStoreBeside, openPlanStore } from './store.ts'

/** So many journals are named where none of them is known to be meant. */
const MOST_NAMED = 5

/** Returns an error of a plan that cannot be read with the journals that could be meant: where an environment says which, with the line to type. */
export function among(thrown: unknown, names: readonly string[], typedFor?: (environment: string) => string): unknown {
  if (!(thrown instanceof RolloutError) || names.length === 0) return thrown
  const isOnly = (name: string): boolean => names.every((each) => each === name || each.split('@')[1] !== name.split('@')[1])
  const byEnvironment = typedFor !== undefined && names.length <= MOST_NAMED && names.every(isOnly)
  const shown = names.slice(0, MOST_NAMED).join(', ') + (names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : '')
  const problems = byEnvironment
    ? names.map((name) => ({ message: `it could be ${name}`, hint: typedFor(name.split('@')[1] ?? '') }))
    : [{ message: `there are the journals ${shown}`, hint: 'a plan with nothing but its name: and state: lines is enough' }]
  return new RolloutError(thrown.code, [...thrown.problems, ...problems], { cause: thrown })
}

/** Returns a problem for each rollout beside the plan that is under way by another name: the plan may have been renamed. */
export async function othersBeside(session: Session): Promise<readonly Problem[]> {
  if (!isStoreBeside(session)) return []
  const found = await rolloutsIn(await openPlanStore(session))
  const files = planFilesIn(session)
  return found.flatMap((each) => {
    if ('problem' in each || isEnded(each.state) || each.state.moved !== undefined) return []
    const { plan, status } = each.state
    const file = files.get(plan.name)
    const renamed = `where the plan was renamed since: with name: ${plan.name} it is meant`
    return {
      message: `${each.name} is ${status} here, by a plan of the name ${plan.name}`,
      hint: file === undefined ? renamed : `rollout status${addressIn(session, plan, file)} shows it`,
    }
  })
}

/**
 * Resolves to the error of a command that needs a rollout where none of this name has begun, with those of other names.
 * Where targets carry one of this name, its journal is lost or somewhere else, and that is wrong with the world.
 */
export async function nothingHere(session: Session, journal: Journal, readPlan: () => Promise<Plan>): Promise<RolloutError> {
  const [lost, others] = await Promise.all([lostJournal(session, readPlan), othersBeside(session)])
  if (lost.length > 0) return new RolloutError('unhealthy', [{ message: `there is no journal (${journal.place})` }, ...lost, ...others])
  return new RolloutError('usage', [...nothingStarted(journal).problems, ...others])
}
