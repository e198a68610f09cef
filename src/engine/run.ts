import { RolloutError, type Outcome } from '../core/errors.ts'
import type { Controller } from '../core/event.ts'
import type { State } from '../core/state.ts'
import { stateOf, type Engine } from './engine.ts'
import { insist } from './insist.ts'
import { openObserver, type Observer } from './observe.ts'
import { settle } from './rollback.ts'
import { tick, type Turn } from './tick.ts'

export interface RunOptions {
  readonly controller: Controller
  /** End when paused instead of watching on. */
  readonly exitOnPause?: boolean
}

/**
 * Turns until the rollout is complete or rolled back. While paused it keeps watching, because a critical metric still
 * rolls back. A journal that cannot be reached holds everything until it can. Interruption leaves the last poll in
 * the journal.
 */
export async function* run(engine: Engine, { controller, exitOnPause = false }: RunOptions): AsyncGenerator<Turn, State> {
  const observer = openObserver(engine)
  await insist(async () => engine.tell(await engine.writer.append({ type: 'attached', controller }, engine.signature)))
  try {
    for (;;) {
      const turn = await oneTurn(engine, observer)
      if (turn) yield turn
      const state = stateOf(engine)
      if (isOver(state)) {
        await settle(engine, () => undefined)
        if (isOver(stateOf(engine))) return stateOf(engine)
      }
      if (turn?.decision.do === 'step-back' && turn.applied === 'arrived') await settle(engine, () => undefined)
      if (exitOnPause && state.status === 'paused' && !state.intent) return state
      // A finished move is looked at again at once; everything else waits for the next poll.
      if (turn && turn.applied !== 'arrived') await engine.clock.sleep(state.plan.interval, engine.signal)
    }
  } finally {
    await leave(engine, observer, controller)
  }
}

/** One turn, and everything it saw kept in the journal: the form for cron. */
export async function runOnce(engine: Engine): Promise<Turn> {
  const observer = openObserver(engine)
  const turn = await tick(engine, observer)
  await quietly(async () => observer.keep())
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
async function oneTurn(engine: Engine, observer: Observer): Promise<Turn | undefined> {
  try {
    return await tick(engine, observer)
  } catch (thrown) {
    if (!(thrown instanceof RolloutError) || engine.signal.aborted) throw thrown
    if (thrown.code === 'conflict') return undefined
    if (thrown.code !== 'unreachable') throw thrown
    const text = `${thrown.message}: nothing moves until the journal can be reached again`
    return { decision: { do: 'hold', gates: [], why: { code: 'unreachable', text } }, state: stateOf(engine) }
  }
}

/** Best effort: who cannot write any more is taken for gone by what its process is, not by what it said. */
async function leave(engine: Engine, observer: Observer, controller: Controller): Promise<void> {
  await quietly(async () => observer.keep())
  await quietly(async () =>
    insist(async () => {
      if (isMine(engine.writer.state, controller)) engine.tell(await engine.writer.append({ type: 'detached' }, engine.signature))
    }),
  )
}

async function quietly(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (thrown) {
    if (!(thrown instanceof RolloutError)) throw thrown
  }
}
