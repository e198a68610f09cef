import { defined } from '../core/values/defined.ts'
import type { OpenTarget } from '../adapters/open.ts'
import type { Obstacle } from '../core/journal/obstacle.ts'
import type { State } from '../core/journal/state.ts'
import { causeOf, drift, environment, formatDrift, formatHolding, type Drift } from '../core/plan/environment.ts'
import { concernedBy } from '../core/policy/concerned.ts'
import type { Destination } from '../core/policy/destination.ts'
import { describeMarked, remedyFor, type Marked } from '../core/policy/marked.ts'
import type { Words } from '../core/ports.ts'
import { failureOf, type Failure } from '../core/values/failure.ts'
import { findMarked, type Looking } from './marked.ts'
import { shownWord } from './write-verified.ts'

/** How targets differ from what the journal says they hold. */
export interface Differing {
  /** Those whose mark says that the journal is not what it was, or not alone: what differs there is no stranger's edit. */
  readonly marked: readonly Marked[]
  readonly drifts: readonly Drift[]
  readonly unreadable: readonly UnreadableTarget[]
}

/** A target that could not be read, and why. */
export interface UnreadableTarget extends Failure {
  readonly target: string
}

/** Reads targets back, all of them unless told, and compares them with what the journal says they hold. */
export async function findDrift(engine: Looking, state: State, names?: readonly string[]): Promise<Differing> {
  const [marked, read] = await Promise.all([findMarked(engine, state, names), readBack(engine, state, names)])
  return { marked, ...read }
}

/** Returns what targets hold, all of them unless told, where it is not what the journal says. */
export async function readBack(
  { targets, signal }: Pick<Looking, 'targets' | 'signal'>,
  state: State,
  names?: readonly string[],
): Promise<Omit<Differing, 'marked'>> {
  const read = async (target: OpenTarget): Promise<Omit<Differing, 'marked'>> => {
    try {
      const found = await target.read(Object.keys(environment(state.plan, target.name, state)), signal)
      return { drifts: targetDrift(target, state, found), unreadable: [] }
    } catch (thrown) {
      return { drifts: [], unreadable: [{ target: target.name, ...failureOf(thrown) }] }
    }
  }
  const wanted = names && new Set(names)
  const looked = await Promise.all(targets.filter(({ name }) => wanted?.has(name) ?? true).map(read))
  return { drifts: looked.flatMap(({ drifts }) => drifts), unreadable: looked.flatMap(({ unreadable }) => unreadable) }
}

/** What somebody else has done to targets, as far as it can be seen. */
export interface ForeignDrift extends Differing {
  /** Changes seen before, at targets that cannot be read now: silence does not say that it is over. */
  readonly unseen: readonly Obstacle[]
}

/**
 * Finds what somebody else has done to the targets that a step up concerns, and to those where it was seen before. A target
 * that the step before went without and that is back comes along with this one.
 */
export async function findForeignDrift(engine: Looking, state: State, { exposures }: Destination): Promise<ForeignDrift> {
  const concerned = concernedBy(state, exposures)
  const known = state.blocked?.flatMap(({ name, target }) => (name === 'drift' && target !== undefined ? [target] : [])) ?? []
  const { marked, drifts, unreadable } = await findDrift(engine, state, [...concerned, ...known])
  return {
    marked,
    drifts: drifts.filter(({ target }) => !state.missing.includes(target)),
    unreadable: unreadable.filter(({ target }) => concerned.includes(target)),
    unseen: stillDrifted(state, unreadable),
  }
}

/** Returns what somebody else was seen to have done to targets that cannot be read now. */
export function stillDrifted({ blocked = [] }: State, unreadable: readonly UnreadableTarget[]): readonly Obstacle[] {
  return blocked.filter(({ name, target }) => name === 'drift' && unreadable.some((each) => each.target === target))
}

/** Compares the words found on a target with the state; each is given as it may be shown. */
export function targetDrift(target: OpenTarget, state: State, found: Words): readonly Drift[] {
  return drift(state.plan, target.name, state, found).map((each) => ({
    ...each,
    ...(each.found !== undefined && { found: shownWord(target, each.found) }),
    ...(target.asked === 'application' && { asked: target.asked }),
  }))
}

/** Returns what stands in the way where targets differ from what the journal says they hold: first what their marks say of it. */
export function driftedTargets({ marked, drifts }: Pick<Differing, 'marked' | 'drifts'>, state: State): readonly Obstacle[] {
  const isMarked = (name: string): boolean => marked.some(({ target }) => target === name)
  const edited = drifts.filter(({ target }) => !isMarked(target))
  return [
    ...markedTargets(marked, state, drifts),
    ...edited.map((each) => ({ name: 'drift', target: each.target, text: `${formatDrift(each)}: ${causeOf(each)}` }) as const),
  ]
}

/** Returns what stands in the way where the marks of targets say that the journal is not what it was, or not alone. */
export function markedTargets(marked: readonly Marked[], state: State, drifts: readonly Drift[] = []): readonly Obstacle[] {
  return marked.map((each) => {
    const held = drifts.find(({ target }) => target === each.target)
    const holding = held ? `; it ${formatHolding(held)}` : ''
    return { name: 'drift', target: each.target, text: `${describeMarked(each, state)}${holding}: ${remedyFor(each, state.plan)}` }
  })
}

/** Returns what stands in the way where targets cannot be read. */
export function unreadableTargets(unreadable: readonly UnreadableTarget[]): readonly Obstacle[] {
  return unreadable.map((each) =>
    defined({ name: 'target', target: each.target, text: `cannot be read: ${formatUnreadable(each)}`, hint: each.hint }),
  )
}

/** Formats a target that could not be read: `web: connection refused`. */
export function formatUnreadable({ target, error }: UnreadableTarget): string {
  return `${target}: ${error}`
}
