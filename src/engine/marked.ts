import { withDeadline } from '../adapters/deadline.ts'
import type { OpenTarget } from '../adapters/open.ts'
import { adoptedOn } from '../core/journal/adopted.ts'
import { notableMarks } from '../core/journal/fence.ts'
import { identityOf } from '../core/journal/identity.ts'
import type { State } from '../core/journal/state.ts'
import type { Marked } from '../core/policy/marked.ts'
import type { Mark } from '../core/toggle/mark.ts'
import type { Duration } from '../core/values/units.ts'
import type { Engine } from './engine.ts'
import { loadState } from './load-state.ts'
import type { Writer } from './writer.ts'

/** A target that does not say sooner what mark it carries is not waited for: a rollback asks too. */
const PATIENCE: Duration = 2000

/** What marks are looked at with. */
export interface Looking extends Pick<Engine, 'targets' | 'signal' | 'clock'> {
  readonly writer: Pick<Writer, 'journal'>
}

/**
 * Asks targets for their marks, all of them unless told, and returns those that say something of the journal: that it is
 * older than the world, not the only one of its name, or does not know of a break-glass. A target that keeps no mark, or
 * does not answer, says nothing.
 */
export async function findMarked(
  { targets, clock, signal, writer }: Looking,
  state: State,
  names?: readonly string[],
): Promise<readonly Marked[]> {
  const wanted = names && new Set(names)
  const asked = targets.filter(({ name }) => wanted?.has(name) ?? true)
  const held = new Map<string, readonly Mark[]>()
  const ask = async (both: AbortSignal): Promise<unknown> =>
    Promise.all(asked.map(async (target) => held.set(target.name, await target.marks(both).catch(() => []))))
  // Those that have answered by then count.
  await withDeadline(clock, PATIENCE, signal, ask).catch(() => undefined)
  signal.throwIfAborted()
  const notable = (now: State): readonly Marked[] =>
    asked.flatMap(({ name }) => markedOn({ target: name, marks: held.get(name) ?? [] }, now))
  if (notable(state).length === 0) return []
  // What another command has written since the journal was read is no news.
  const { state: now } = await loadState(writer.journal)
  return now ? notable(now) : []
}

/** Returns those of a target's marks that say something of the journal. */
export function markedOn({ target, marks }: { readonly target: string; readonly marks: readonly Mark[] }, state: State): readonly Marked[] {
  const self = { identity: identityOf(state), epoch: state.epoch, adopted: adoptedOn(state, target) }
  return notableMarks(marks, self).map((each) => ({ ...each, target }))
}

/** Resolves to the marks of a target; none where it cannot be asked: then it cannot be written, and says why. */
export async function marksOn(target: OpenTarget, signal: AbortSignal): Promise<readonly Mark[]> {
  try {
    return await target.marks(signal)
  } catch {
    signal.throwIfAborted()
    return []
  }
}
