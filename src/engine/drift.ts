import type { OpenTarget } from '../adapters/open.ts'
import type { State } from '../core/journal/state.ts'
import { drift, environment, type Drift } from '../core/plan/environment.ts'
import { concernedBy } from '../core/policy/concerned.ts'
import type { Destination } from '../core/policy/destination.ts'
import type { Words } from '../core/ports.ts'
import { messageOf } from '../core/values/errors.ts'
import type { Engine } from './engine.ts'
import { shownWord } from './write-verified.ts'

/** How targets differ from what the journal says they hold. */
export interface Differing {
  readonly drifts: readonly Drift[]
  readonly unreadable: readonly UnreadableTarget[]
}

/** A target that could not be read, and why. */
export interface UnreadableTarget {
  readonly target: string
  readonly error: string
}

/** Reads targets back, all of them unless told, and compares them with what the journal says they hold. */
export async function findDrift(
  { targets, signal }: Pick<Engine, 'targets' | 'signal'>,
  state: State,
  names?: readonly string[],
): Promise<Differing> {
  const looked = await Promise.all(
    targets
      .filter(({ name }) => names?.includes(name) ?? true)
      .map(async (target): Promise<Differing> => {
        try {
          const found = await target.read(Object.keys(environment(state.plan, target.name, state)), signal)
          return { drifts: targetDrift(target, state, found), unreadable: [] }
        } catch (thrown) {
          return { drifts: [], unreadable: [{ target: target.name, error: messageOf(thrown) }] }
        }
      }),
  )
  return { drifts: looked.flatMap(({ drifts }) => drifts), unreadable: looked.flatMap(({ unreadable }) => unreadable) }
}

/**
 * Finds what somebody else has done to the targets that a step up concerns. A target that the step before went without
 * and that is back comes along with this one.
 */
export async function findForeignDrift(
  engine: Pick<Engine, 'targets' | 'signal'>,
  state: State,
  { exposures }: Destination,
): Promise<Differing> {
  const { drifts, unreadable } = await findDrift(engine, state, concernedBy(state, exposures))
  return { drifts: drifts.filter(({ target }) => !state.missing.includes(target)), unreadable }
}

/** Compares the words found on a target with the state; each is given as it may be shown. */
export function targetDrift(target: OpenTarget, state: State, found: Words): readonly Drift[] {
  return drift(state.plan, target.name, state, found).map((each) =>
    each.found === undefined ? each : { ...each, found: shownWord(target, each.found) },
  )
}

/** Formats a target that could not be read: `web: connection refused`. */
export function formatUnreadable({ target, error }: UnreadableTarget): string {
  return `${target}: ${error}`
}
