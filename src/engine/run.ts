import { RolloutError, type Outcome } from '../core/errors.ts'
import type { Controller } from '../core/event.ts'
import type { State } from '../core/state.ts'
import { stateOf, type Engine } from './engine.ts'
import { openObserver } from './observe.ts'
import { tick, type Turn } from './tick.ts'

export interface RunOptions {
  readonly controller: Controller
  /** End when paused instead of watching on. */
  readonly exitOnPause?: boolean
}

/**
 * Turns until the rollout is complete or rolled back. While paused it keeps watching, because a
 * critical metric still rolls back. Interruption leaves the last poll in the journal.
 */
export async function* run(engine: Engine, { controller, exitOnPause = false }: RunOptions): AsyncGenerator<Turn, State> {
  const observer = openObserver(engine)
  await settled(async () => engine.tell(await engine.writer.append({ type: 'attached', controller }, engine.signature)))
  try {
    for (;;) {
      const turn = await retried(async () => tick(engine, observer))
      if (turn) yield turn
      const state = stateOf(engine)
      if (isOver(state) || (exitOnPause && state.status === 'paused' && !state.intent)) return state
      // A finished move is looked at again at once; everything else waits for the next poll.
      if (turn && turn.applied !== 'arrived') await engine.clock.sleep(state.plan.interval, engine.signal)
    }
  } finally {
    await observer.keep()
    if (isMine(engine.writer.state, controller))
      await settled(async () => engine.tell(await engine.writer.append({ type: 'detached' }, engine.signature)))
  }
}

/** One turn, and everything it saw kept in the journal: the form for cron. */
export async function runOnce(engine: Engine): Promise<Turn> {
  const observer = openObserver(engine)
  const turn = await tick(engine, observer)
  await observer.keep()
  return turn
}

/** What a finished run means to the caller. */
export function outcomeOf(state: State): Outcome {
  if (state.status === 'complete') return 'done'
  if (state.status === 'rolled back') return state.intent ? 'partial' : 'unhealthy'
  return 'notYet'
}

function isOver(state: State): boolean {
  return !state.intent && (state.status === 'complete' || state.status === 'rolled back')
}

function isMine(state: State | undefined, { pid, domain, began }: Controller): boolean {
  const attached = state?.controller
  return attached?.pid === pid && attached.domain === domain && attached.began === began
}

/** Undefined when somebody else acted in between: the next turn sees what they did. */
async function retried(turn: () => Promise<Turn>): Promise<Turn | undefined> {
  try {
    return await turn()
  } catch (thrown) {
    if (thrown instanceof RolloutError && thrown.code === 'conflict') return undefined
    throw thrown
  }
}

/** Appends that must happen whoever else is writing: try until the number is free. */
async function settled(append: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      return await append()
    } catch (thrown) {
      if (!(thrown instanceof RolloutError) || thrown.code !== 'conflict') throw thrown
    }
  }
}
