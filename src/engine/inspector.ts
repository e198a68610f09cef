import { withController } from '../adapters/deadline.ts'
import type { Obstacle } from '../core/journal/obstacle.ts'
import type { State } from '../core/journal/state.ts'
import { concernedBy, holdersOf } from '../core/policy/concerned.ts'
import { nextDestination } from '../core/policy/destination.ts'
import type { Duration } from '../core/values/units.ts'
import { driftedTargets, findDrift, stillDrifted, unreadableTargets, type Differing } from './drift.ts'
import type { Looking } from './marked.ts'
import { stateOf, type Engine } from './engine.ts'
import type { Obstacles } from './obstacles.ts'

/** What differs, or is silent, is looked at again after this long before it is said: an editor may be in the middle of it. */
const AGAIN: Duration = 1000

/** Looks beside the polls whether targets still hold what they were left with: one that hangs delays no reading. */
export interface Inspector {
  /** Begins a look, unless one is under way or a move is. */
  begin(): void
  /** Waits for the look that is under way. */
  done(): Promise<void>
  /** Makes durable what the newest look has found, where that is news. */
  keep(): Promise<void>
  /** Ends the look that is under way. */
  end(): void
}

/** Opens an inspector of one controller. */
export function openInspector(engine: Engine, obstacles: Obstacles): Inspector {
  let found: { readonly key: string; readonly by: readonly Obstacle[] } | undefined
  let looking: Promise<void> | undefined
  let end = (): void => undefined

  const look = async (state: State): Promise<void> =>
    withController(engine.signal, async (ending) => {
      end = () => ending.abort()
      const differing = await findTwice({ ...engine, signal: ending.signal }, state)
      if (!ending.signal.aborted) found = { key: keyOf(state), by: obstaclesIn(state, differing) }
    })
  return {
    begin: () => {
      const state = stateOf(engine)
      if (looking || !isSettled(state)) return
      looking = look(state)
        .catch(() => undefined)
        .finally(() => {
          looking = undefined
        })
    },
    done: async () => looking,
    keep: async () => {
      if (!found) return
      const { key, by } = found
      found = undefined
      await obstacles.note(['drift', 'target'], by, () => keyOf(stateOf(engine)) === key && isSettled(stateOf(engine)))
    },
    end: () => end(),
  }
}

/** Nothing of ours is under way, and what differs is somebody else's. */
function isSettled({ intent, status }: State): boolean {
  return !intent && (status === 'running' || status === 'paused')
}

/** Changes with everything that says what targets should hold. */
function keyOf({ epoch, arrivedAt, digest }: State): string {
  return `${epoch}/${arrivedAt}/${digest}`
}

/** Only what is so at two looks counts, the second one after a place that lags behind must show what was written. */
async function findTwice(engine: Looking, state: State): Promise<Differing> {
  const once = await findDrift(engine, state, watchedIn(state))
  const odd = [...new Set([...once.drifts, ...once.unreadable, ...once.marked].map(({ target }) => target))]
  if (odd.length === 0) return once
  const lags = engine.targets.flatMap(({ name, lag }) => (odd.includes(name) ? [lag] : []))
  await engine.clock.sleep(Math.max(AGAIN, ...lags), engine.signal)
  return findDrift(engine, state, odd)
}

/**
 * Returns the targets that hold what this rollout has moved, and those that the next step up concerns; not those that the
 * newest step went without.
 */
function watchedIn(state: State): readonly string[] {
  const { plan, exposures, baseline, missing } = state
  const moved = Object.keys(plan.toggles).filter((name) => exposures[name] !== baseline[name])
  const watched = new Set([...holdersOf(plan, moved), ...nextIn(state)])
  return [...watched].filter((name) => !missing.includes(name))
}

function nextIn(state: State): readonly string[] {
  const next = nextDestination(state)
  return next ? concernedBy(state, next.exposures) : []
}

/** A target that cannot be read has not changed; it is in the way of a step that concerns it, and that may not go without it. */
function obstaclesIn(state: State, { unreadable, ...differing }: Differing): readonly Obstacle[] {
  const next = nextIn(state)
  const silent = unreadable.filter(({ target }) => next.includes(target))
  const changed = [...driftedTargets(differing, state), ...stillDrifted(state, unreadable)]
  return [...changed, ...(silent.length > state.plan.maxUnavailable ? unreadableTargets(silent) : [])]
}
