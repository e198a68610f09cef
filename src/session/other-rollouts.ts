import { journalName } from '../core/journal/identity.ts'
import { isEnded } from '../core/journal/state.ts'
import type { Journal } from '../core/journal/store.ts'
import { hasCode, RolloutError, type Problem } from '../core/values/errors.ts'
import { readRecord } from '../adapters/state/break-glass.ts'
import { describeBreakGlass } from '../engine/noted.ts'
import { nothingStarted } from './nothing-started.ts'
import { rolloutsIn } from './rollouts.ts'
import type { Session } from './session.ts'
import { isStoreBeside, openPlanStore, outlineAt } from './store.ts'
import { folderOf } from './unheard.ts'

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
  return found.flatMap((each) =>
    'problem' in each || isEnded(each.state) || each.state.moved !== undefined
      ? []
      : {
          message: `${each.name} is ${each.state.status} here, by a plan of the name ${each.state.plan.name}`,
          hint: `where the plan was renamed since: with name: ${each.state.plan.name} it is meant`,
        },
  )
}

/** Returns what is to be said of a break-glass that is noted in this folder, where the journal of this name is gone or cannot be read. */
export function unheardBeside(session: Session, name: string): readonly Problem[] {
  const record = readRecord(folderOf(session), name)
  return record ? [{ message: `the ${describeBreakGlass(record)} is noted here, and is in no journal that can be read` }] : []
}

/** Returns an error of a journal that is gone or cannot be read with the break-glass that is noted here, by the name that the plan says. */
export function andUnheard(session: Session, environment: string | undefined, thrown: unknown): unknown {
  // A folder that does not answer is not asked for the note either.
  if (!hasCode(thrown, 'config') && !hasCode(thrown, 'usage')) return thrown
  const { name } = outlineAt(session.place.file)
  if (name === undefined) return thrown
  const unheard = unheardBeside(session, journalName(environment ? { name, environment } : { name }))
  return unheard.length > 0 ? new RolloutError(thrown.code, [...thrown.problems, ...unheard], { cause: thrown }) : thrown
}

/** Resolves to the error of a command that needs a rollout where none of this name has begun, with those of other names. */
export async function nothingHere(session: Session, journal: Journal): Promise<RolloutError> {
  return new RolloutError('usage', [...nothingStarted(journal).problems, ...(await othersBeside(session))])
}
