import type { OpenTarget } from '../adapters/open.ts'
import type { Obstacle } from '../core/journal/obstacle.ts'
import type { State } from '../core/journal/state.ts'
import { drift, environment, formatDrift, type Drift } from '../core/plan/environment.ts'
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
 * Finds what somebody else has done to the targets that a step up concerns, and to those where it was seen before. A target that the step before went without
 * and that is back comes along with this one.
 */
export async function findForeignDrift(
  engine: Pick<Engine, 'targets' | 'signal'>,
  state: State,
  { exposures }: Destination,
): Promise<Differing> {
  const concerned = concernedBy(state, exposures)
  const known = state.blocked?.flatMap(({ name, target }) => (name === 'drift' && target !== undefined ? [target] : [])) ?? []
  const { drifts, unreadable } = await findDrift(engine, state, [...concerned, ...known])
  return {
    drifts: drifts.filter(({ target }) => !state.missing.includes(target)),
    unreadable: unreadable.filter(({ target }) => concerned.includes(target)),
  }
}

/** Compares the words found on a target with the state; each is given as it may be shown. */
export function targetDrift(target: OpenTarget, state: State, found: Words): readonly Drift[] {
  return drift(state.plan, target.name, state, found).map((each) =>
    each.found === undefined ? each : { ...each, found: shownWord(target, each.found) },
  )
}

/** Returns what stands in the way where targets differ from what the journal says they hold. */
export function driftedTargets(drifts: readonly Drift[]): readonly Obstacle[] {
  return drifts.map((each) => ({ name: 'drift', target: each.target, text: `${formatDrift(each)}: somebody else changed it` }))
}

/** Returns what stands in the way where targets cannot be read. */
export function unreadableTargets(unreadable: readonly UnreadableTarget[]): readonly Obstacle[] {
  return unreadable.map((each) => ({ name: 'target', target: each.target, text: `cannot be read: ${formatUnreadable(each)}` }))
}

/** Formats a target that could not be read: `web: connection refused`. */
export function formatUnreadable({ target, error }: UnreadableTarget): string {
  return `${target}: ${error}`
}
