import { openTargetsAnyway } from '../adapters/open.ts'
import type { Obstacle } from '../core/journal/obstacle.ts'
import type { State } from '../core/journal/state.ts'
import type { Journal } from '../core/journal/store.ts'
import { RolloutError } from '../core/values/errors.ts'
import { markedTargets } from '../engine/drift.ts'
import { findMarked } from '../engine/marked.ts'
import type { Session } from './session.ts'

/** Asks the targets for their marks, and returns what these say of the journal. One that does not answer says nothing. */
export async function lookAtMarks({ lender, clock, signal }: Session, journal: Journal, state: State): Promise<readonly Obstacle[]> {
  const targets = await openTargetsAnyway(state.plan, lender)
  try {
    return markedTargets(await findMarked({ targets, clock, signal, writer: { journal } }, state), state)
  } catch (thrown) {
    signal.throwIfAborted()
    // The journal was read a moment ago: what is known of it is shown.
    if (thrown instanceof RolloutError) return []
    throw thrown
  }
}
