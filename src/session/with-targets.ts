import { openTargetsAnyway, type OpenTarget } from '../adapters/open.ts'
import { isSameObstacle, type Obstacle } from '../core/journal/obstacle.ts'
import { isEnded, type State } from '../core/journal/state.ts'
import type { Journal } from '../core/journal/store.ts'
import type { Drift } from '../core/plan/environment.ts'
import { RolloutError } from '../core/values/errors.ts'
import type { Instant } from '../core/values/units.ts'
import { driftedTargets, readBack } from '../engine/drift.ts'
import { loadState } from '../engine/load-state.ts'
import { findMarked, type Looking } from '../engine/marked.ts'
import type { Session } from './session.ts'

/** A state after the targets were looked at. */
export interface Looked {
  readonly state: State
  /** A target holds something else than the journal says, or its mark says that the journal is not the only one. */
  readonly differs: boolean
  /** Sentences for people beside the state: what the marks say of a rollout that is over. */
  readonly notes: readonly string[]
}

/**
 * Returns the state with what the targets say against the journal as the first thing that is waited for: their marks, and
 * what those hold that show at once what was written. A target that does not answer says nothing.
 */
export async function withTargets(session: Session, journal: Journal, state: State): Promise<Looked> {
  const found = await look(session, journal, state)
  const differs = found.length > 0
  // Of what is over nothing is waited for.
  if (!differs || isEnded(state)) return { state, differs, notes: found.map(({ text }) => text) }
  return { state: blockedBy(found, state, session.clock.now()), differs, notes: [] }
}

async function look({ lender, clock, signal }: Session, journal: Journal, state: State): Promise<readonly Obstacle[]> {
  const targets = await openTargetsAnyway(state.plan, lender)
  const looking = { targets, clock, signal, writer: { journal } }
  try {
    const [marked, drifts] = await Promise.all([findMarked(looking, state), findEdits(looking, state)])
    return driftedTargets({ marked, drifts }, state)
  } catch (thrown) {
    signal.throwIfAborted()
    // The journal was read a moment ago: what is known of it is shown.
    if (thrown instanceof RolloutError) return []
    throw thrown
  }
}

/** While a move is under way a target may hold the words before it and after it. */
async function findEdits(looking: Looking, state: State): Promise<readonly Drift[]> {
  if (state.intent || isEnded(state)) return []
  const names = looking.targets.filter((target) => showsAtOnce(target) && isWritten(state, target)).map(({ name }) => name)
  const { drifts } = await readBack(looking, state, names)
  if (drifts.length === 0) return []
  // What another command has written since the journal was read is no edit.
  const { state: now } = await loadState(looking.writer.journal)
  return now?.epoch === state.epoch ? drifts : []
}

/** A place that may show a write late, or is asked by a call, is for `check` to look at. */
function showsAtOnce({ lag }: OpenTarget): boolean {
  return lag === 0
}

/** The rollout has moved something there, and it may have been written. */
function isWritten({ plan, since = {}, missing }: State, { name }: OpenTarget): boolean {
  const moved = new Set(Object.keys(since))
  return (
    !missing.includes(name) && Object.entries(plan.toggles).some(([toggle, { targets }]) => moved.has(toggle) && targets.includes(name))
  )
}

function blockedBy(found: readonly Obstacle[], state: State, now: Instant): State {
  const known = state.blocked ?? []
  const first = found.map((each) => ({ ...each, since: known.find((other) => isSameObstacle(each, other))?.since ?? now }))
  return { ...state, blocked: [...first, ...known.filter((each) => found.every(({ target }) => each.target !== target))] }
}
