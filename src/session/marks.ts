import { openTargetsAnyway } from '../adapters/open.ts'
import { isSameObstacle, type Obstacle } from '../core/journal/obstacle.ts'
import { isEnded, type State } from '../core/journal/state.ts'
import type { Journal } from '../core/journal/store.ts'
import { RolloutError } from '../core/values/errors.ts'
import type { Instant } from '../core/values/units.ts'
import { markedTargets } from '../engine/drift.ts'
import { findMarked } from '../engine/marked.ts'
import type { Session } from './session.ts'

/** A state after the targets were asked for their marks. */
export interface Looked {
  readonly state: State
  /** A mark says that the journal is not the one that wrote the targets, or not the only one. */
  readonly isMarked: boolean
  /** Sentences for people beside the state: what the marks say of a rollout that is over. */
  readonly notes: readonly string[]
}

/**
 * Returns the state with what the marks of the targets say of the journal as the first thing that is waited for. A target
 * that does not answer says nothing.
 */
export async function withMarks(session: Session, journal: Journal, state: State): Promise<Looked> {
  const marked = await lookAtMarks(session, journal, state)
  const isMarked = marked.length > 0
  // Of what is over nothing is waited for.
  if (!isMarked || isEnded(state)) return { state, isMarked, notes: marked.map(({ text }) => text) }
  return { state: blockedBy(marked, state, session.clock.now()), isMarked, notes: [] }
}

async function lookAtMarks({ lender, clock, signal }: Session, journal: Journal, state: State): Promise<readonly Obstacle[]> {
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

function blockedBy(marked: readonly Obstacle[], state: State, now: Instant): State {
  const known = state.blocked ?? []
  const first = marked.map((each) => ({ ...each, since: known.find((other) => isSameObstacle(each, other))?.since ?? now }))
  return { ...state, blocked: [...first, ...known.filter((each) => marked.every(({ target }) => each.target !== target))] }
}
