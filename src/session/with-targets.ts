import { openTargetsAnyway, type OpenTarget } from '../adapters/open.ts'
import { isSameObstacle, type Obstacle } from '../core/journal/obstacle.ts'
import { isEnded, type State } from '../core/journal/state.ts'
import type { Journal } from '../core/journal/store.ts'
import { togglesOf } from '../core/plan/toggles-of.ts'
import { RolloutError } from '../core/values/errors.ts'
import type { Instant } from '../core/values/units.ts'
import { driftedTargets, readBack, unreadableTargets, type Differing } from '../engine/drift.ts'
import { loadState } from '../engine/load-state.ts'
import { findMarked, type Looking } from '../engine/marked.ts'
import type { Session } from './session.ts'
import { isStoreBeside } from './store.ts'

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
 * what those hold that show at once what was written. Of one that cannot be read just that is said.
 */
export async function withTargets(session: Session, journal: Journal, state: State): Promise<Looked> {
  const { differing, unreadable } = await look(session, journal, state)
  const differs = differing.length > 0
  // Where the store is elsewhere, the targets may be as well.
  const found = isStoreBeside(session) ? [...differing, ...unreadable] : differing
  // Of what is over nothing is waited for.
  if (found.length === 0 || isEnded(state)) return { state, differs, notes: differing.map(({ text }) => text) }
  return { state: blockedBy(found, state, session.clock.now()), differs, notes: [] }
}

interface Found {
  readonly differing: readonly Obstacle[]
  readonly unreadable: readonly Obstacle[]
}

async function look({ lender, clock, signal }: Session, journal: Journal, state: State): Promise<Found> {
  const targets = await openTargetsAnyway(state.plan, lender)
  const looking = { targets, clock, signal, writer: { journal } }
  try {
    const [marked, { drifts, unreadable }] = await Promise.all([findMarked(looking, state), findEdits(looking, state)])
    return { differing: driftedTargets({ marked, drifts }, state), unreadable: unreadableTargets(unreadable) }
  } catch (thrown) {
    signal.throwIfAborted()
    // The journal was read a moment ago: what is known of it is shown.
    if (thrown instanceof RolloutError) return { differing: [], unreadable: [] }
    throw thrown
  }
}

/** While a move is under way a target may hold the words before it and after it; what is closed stands for no word any more. */
async function findEdits(looking: Looking, state: State): Promise<Pick<Differing, 'drifts' | 'unreadable'>> {
  if (state.intent || state.status === 'closed') return { drifts: [], unreadable: [] }
  const moved = new Set(Object.keys(state.since ?? {}))
  const written = looking.targets.filter(
    ({ name }) => !state.missing.includes(name) && togglesOf(state.plan, name).some((each) => moved.has(each)),
  )
  const names = written.filter(showsAtOnce).map(({ name }) => name)
  const { drifts, unreadable } = await readBack(looking, state, names)
  if (drifts.length === 0) return { drifts, unreadable }
  // What another command has written since the journal was read is no edit.
  const { state: now } = await loadState(looking.writer.journal)
  return { drifts: now?.epoch === state.epoch ? drifts : [], unreadable }
}

/** A place that may show a write late, or is asked by a call, is for `check` to look at. */
function showsAtOnce({ lag }: OpenTarget): boolean {
  return lag === 0
}

function blockedBy(found: readonly Obstacle[], state: State, now: Instant): State {
  const known = state.blocked ?? []
  const first = found.map((each) => ({ ...each, since: known.find((other) => isSameObstacle(each, other))?.since ?? now }))
  return { ...state, blocked: [...first, ...known.filter((each) => found.every(({ target }) => each.target !== target))] }
}
