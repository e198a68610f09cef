import { withController, withDeadline } from '../adapters/deadline.ts'
import { hasCode, RolloutError, type Outcome } from '../core/values/errors.ts'
import type { Controller } from '../core/journal/event.ts'
import type { Obstacle } from '../core/journal/obstacle.ts'
import type { Lease } from '../core/journal/store.ts'
import type { State } from '../core/journal/state.ts'
import type { Notifier } from './notifier.ts'
import { stateOf, type Engine } from './engine.ts'
import { OUTAGE, retryOnConflict, retryWhileUnreachable } from './retry.ts'
import { longestApply } from './apply.ts'
import { openLeader, RENEW, type Leader, type LeaderOptions } from './leader.ts'
import { openInspector, type Inspector } from './inspector.ts'
import { openObserver, type Observer } from './observe.ts'
import { openObstacles } from './obstacles.ts'
import { settle, settleAfter } from './settle.ts'
import type { Turn } from './move.ts'
import { tick } from './tick.ts'
import { withStoreClock } from './watch-tick.ts'
import { formatDuration, formatInstant, type Duration } from '../core/values/units.ts'

export interface RunOptions extends LeaderOptions {
  /** End when paused instead of watching on. */
  readonly exitOnPause?: boolean
  /** Tells channels between two turns; a controller that stands by leaves that to the one that watches. */
  readonly notifier?: Notifier
}

/** How long a turn waits for channels before it rests. */
const SOON: Duration = 1000
/** How long the end of a run waits for channels that have not answered. */
const FAREWELL: Duration = 5000

/**
 * Turns until the rollout is complete or rolled back. While paused it keeps watching, because a critical metric still
 * rolls back. A journal that cannot be reached, or refuses it all at once, holds everything until it can be used again.
 * While another controller watches it stands by and tells what that one does. Interruption leaves the last poll in the
 * journal.
 */
export async function* run(engine: Engine, { exitOnPause = false, notifier, ...leading }: RunOptions): AsyncGenerator<Turn, State> {
  const { controller } = leading
  const observer = openObserver(engine)
  const obstacles = openObstacles(engine)
  const inspector = openInspector(engine, obstacles)
  const leader = openLeader(engine, leading)
  let [isAttached, hasWatched] = [false, false]
  try {
    for (;;) {
      const other = await leader.other()
      // One that is started again and again, and finds nothing to watch, leaves the journal as it is.
      const attaches = !other && !isAttached && !isIdle(stateOf(engine), exitOnPause)
      isAttached = !other && (isAttached || (attaches && (await attach(engine, controller))))
      hasWatched ||= isAttached
      if (!other) inspector.begin()
      const turn = other ? standBy(other, stateOf(engine)) : await oneTurn(engine, observer)
      if (turn && !other) await quietly(async () => obstacles.note(ofTurns(turn), turn.blocked ?? []))
      // After the move, never before it, and without waiting: who is told must not delay what is done.
      if (!other) await notifier?.turn()
      if (turn) yield turn
      const state = stateOf(engine)
      if (isOver(state)) {
        await retryWhileUnreachable(engine, async () => settle(engine, () => undefined))
        if (isOver(stateOf(engine))) return stateOf(engine)
      }
      if (turn) await retryWhileUnreachable(engine, async () => settleAfter(engine, turn))
      if (exitOnPause && isPaused(state)) return state
      if (other) await follow(engine)
      // A finished move is looked at again at once; everything else waits for the next poll.
      else if (turn && turn.applied !== 'arrived') await rest(engine, leader, inspector, state.plan.interval, notifier)
    }
  } finally {
    inspector.end()
    await notifier?.end(FAREWELL)
    if (hasWatched) await leave(engine, observer, controller)
    await leader.drop()
  }
}

/**
 * Takes one turn and keeps everything it saw in the journal: the form for cron. While another controller watches it
 * only looks.
 */
export async function runOnce(timeless: Engine, { notifier, ...leading }: RunOptions): Promise<Turn> {
  const leader = openLeader(timeless, leading)
  const other = await leader.other()
  if (other) return standBy(other, stateOf(timeless))
  const engine = await withStoreClock(timeless)
  const observer = openObserver(engine)
  try {
    const turn = await tick(engine, observer)
    await settleAfter(engine, turn)
    await quietly(async () => lookOnce(engine, turn))
    await notifier?.turn()
    return turn
  } finally {
    await notifier?.end(FAREWELL)
    await quietly(async () => observer.keep())
    await leader.drop()
  }
}

/** Keeps what the turn failed on, and looks at the targets after it: nobody does before the next one. */
async function lookOnce(engine: Engine, turn: Turn): Promise<void> {
  const obstacles = openObstacles(engine)
  const inspector = openInspector(engine, obstacles)
  await obstacles.note(ofTurns(turn), turn.blocked ?? [])
  inspector.begin()
  await inspector.done()
  await inspector.keep()
}

/** What only a turn finds: it is over where the next one does not find it. */
function ofTurns({ blocked = [] }: Turn): readonly Obstacle['name'][] {
  return ['approval', 'turn', ...blocked.map(({ name }) => name)]
}

/** Says who watches. A journal that can be read, and takes nothing yet, keeps nobody from watching: it may take a way back. */
async function attach(engine: Engine, controller: Controller): Promise<boolean> {
  try {
    await retryOnConflict(async () => engine.writer.append({ type: 'attached', controller }, engine.signature))
    return true
  } catch (thrown) {
    if (!hasCode(thrown, 'unreachable')) throw thrown
    return false
  }
}

function standBy({ holder, since }: Lease, state: State): Turn {
  const text = `${holder.host} pid ${holder.pid} has been watching since ${formatInstant(since)}; this one stands by`
  return { state, decision: { do: 'hold', gates: [], why: { code: 'standby', text } } }
}

/** Waits a while for what the other controller does, and tells it. */
async function follow(engine: Engine): Promise<void> {
  await engine.writer.journal.changed(stateOf(engine).seq, RENEW, engine.signal)
  await quietly(async () => engine.writer.refresh())
}

/** Until the next poll, or until somebody else writes; the lease is renewed meanwhile. */
async function rest(engine: Engine, leader: Leader, inspector: Inspector, duration: Duration, notifier?: Notifier): Promise<void> {
  const { clock, writer, signal } = engine
  const end = clock.monotonic() + duration
  // A notice that was sent and is not in the journal is sent again after a crash.
  await notifier?.soon(Math.min(duration, SOON))
  for (let left = end - clock.monotonic(); left > 0; left = end - clock.monotonic()) {
    await quietly(async () => inspector.keep())
    if (await writer.journal.changed(stateOf(engine).seq, Math.min(left, RENEW), signal)) return
    if (await leader.other()) return
  }
}

/** Returns what a finished run means to the caller. */
export function outcomeOfRun(state: State): Outcome {
  if (state.status === 'closed') return 'conflict'
  if (state.intent) return 'partial'
  if (state.status === 'complete') return 'done'
  return state.status === 'rolled back' ? 'unhealthy' : 'notYet'
}

function isOver(state: State): boolean {
  return state.status === 'closed' || (!state.intent && (state.status === 'complete' || state.status === 'rolled back'))
}

function isPaused({ status, intent }: State): boolean {
  return status === 'paused' && !intent
}

/** Nothing is left to watch: it ends as soon as it has looked. */
function isIdle(state: State, exitOnPause: boolean): boolean {
  return isOver(state) || (exitOnPause && isPaused(state))
}

function isMine(state: State | undefined, { pid, domain, began }: Controller): boolean {
  const attached = state?.controller
  return attached?.pid === pid && attached.domain === domain && attached.began === began
}

/**
 * Takes a turn; undefined when somebody else acted in between, which the next turn sees. A turn that outlasts every
 * deadline in it is given up, and that is said: a call that hangs must not blind the controller.
 */
async function oneTurn(engine: Engine, observer: Observer): Promise<Turn | undefined> {
  const limit = longestTurn(stateOf(engine), engine.targets)
  const late = (): RolloutError =>
    new RolloutError('timeout', { message: `a turn did not end within ${formatDuration(limit)}, longer than all its deadlines` })
  const turn = async (givenUp: AbortSignal): Promise<Turn> =>
    withController(engine.signal, async (ending) => {
      givenUp.addEventListener('abort', () => ending.abort(givenUp.reason))
      await engine.renew?.()
      return tick({ ...engine, signal: ending.signal }, observer)
    })
  // Who is told to stop puts right first what it has sent: only the limit gives a turn up.
  const { signal: limited } = new AbortController()
  try {
    return await withDeadline(engine.clock, limit, limited, turn, late)
  } catch (thrown) {
    engine.signal.throwIfAborted()
    if (!(thrown instanceof RolloutError)) throw thrown
    if (thrown.code === 'conflict') return undefined
    if (thrown.code === 'timeout') {
      const text = `${thrown.message}: it is given up, and the next one begins`
      return { ...stuck(engine, text), blocked: [{ name: 'turn', text }] }
    }
    // A store that has let it write, and refuses it now, has lost a grant or changed a password: people put that right.
    if (thrown.code !== 'unreachable' && thrown.code !== 'denied') throw thrown
    return stuck(engine, `${thrown.message}: nothing moves until the journal can be used again`)
  }
}

function stuck(engine: Engine, text: string): Turn {
  return { decision: { do: 'hold', gates: [], why: { code: 'unreachable', text } }, state: stateOf(engine) }
}

/**
 * Returns how long a turn may take: two outages of the journal, waited for to their end, the slowest metric, and every
 * attempt at a target.
 */
export function longestTurn({ plan }: Pick<State, 'plan'>, targets: Engine['targets']): Duration {
  return 2 * OUTAGE + longestApply(plan, targets) + Math.max(0, ...Object.values(plan.metrics).map(({ timeout }) => timeout))
}

/**
 * Says that it no longer watches, at best: a controller that cannot is found gone by its process, not by its journal.
 */
async function leave(engine: Engine, observer: Observer, controller: Controller): Promise<void> {
  // A journal out of reach is not waited for twice.
  if (!(await quietly(async () => observer.keep()))) return
  await quietly(async () =>
    retryOnConflict(async () => {
      if (isMine(engine.writer.state, controller)) await engine.writer.append({ type: 'detached' }, engine.signature)
    }),
  )
}

/** Resolves to whether the journal answered. */
async function quietly(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work()
    return true
  } catch (thrown) {
    if (!(thrown instanceof RolloutError)) throw thrown
    return thrown.code === 'conflict'
  }
}
