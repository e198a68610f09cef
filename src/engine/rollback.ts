import type { Controller, Why } from '../core/event.ts'
import { effective, retreat, type Destination, type Scope } from '../core/retreat.ts'
import type { State } from '../core/state.ts'
import type { Duration } from '../core/units.ts'
import { stateOf, type Engine } from './engine.ts'
import { insist } from './insist.ts'
import { DEADLINE } from './put.ts'
import { findDrift, finish, intend, note, type Turn } from './tick.ts'
import type { Signature } from './writer.ts'

/** How often targets that somebody else wrote meanwhile are put right before a person is asked. */
const ROUNDS = 3
/** How often a target is read that does not answer after the settle, and how long it is left alone in between. */
const LOOKS = 3
const BETWEEN: Duration = 1000

export interface RollingBack {
  /** Undefined: the phase under way; said again, it makes sure of the first one. */
  readonly scope: Scope | undefined
  readonly why: Why
  readonly signature: Signature
  /** Ends another controller when it surely is a process of this machine; resolves to whether it is gone. */
  readonly end: (controller: Controller) => Promise<boolean>
  /** Told when every target has confirmed and they are looked at once more after this long. */
  readonly settling: (wait: Duration) => void
}

/** What a rollback found and where it went; `to` is undefined when everything already was there. */
export interface RolledBack {
  readonly before: State
  readonly to: Destination | undefined
}

/** Where a rollback of this scope leads; undefined when everything already is there and every target says so. */
export async function destinationOf(engine: Engine, scope: Scope | undefined): Promise<Destination | undefined> {
  const state = stateOf(engine)
  // A second plain `rollback` makes sure of the first one; it does not take back yet another phase.
  const again = scope === undefined && state.status === 'rolled back'
  const wanted: Scope = scope ?? { is: 'phase' }
  const to = again ? undefined : effective(state, wanted)
  if (to || (again && state.intent)) return to
  const { drifts, unreadable } = await findDrift(engine, state)
  const held = again ? { cursor: state.cursor, exposures: state.exposures } : retreat(state, wanted)
  return drifts.length > 0 || unreadable.length > 0 || state.status !== 'rolled back' ? held : undefined
}

/**
 * Makes the rollback durable, ends the controller it overtakes, brings every target there, and looks again once
 * what may still be under way must have landed. It ends: what no attempt could reach stays in the open intent.
 */
export async function rollBack(engine: Engine, { scope, why, signature, end, settling }: RollingBack): Promise<RolledBack> {
  // Whoever comes first in between may have gone further back: where it leads is found anew at each try.
  const { before, to } = await insist(async () => {
    const state = stateOf(engine)
    const destination = await destinationOf(engine, scope)
    if (destination) await intend(engine, { do: 'rollback', to: destination, why }, signature)
    return { before: state, to: destination }
  })
  const isGone = !to || !before.controller || (await end(before.controller))
  await finishAll(engine)
  // Somebody else may have taken it back a moment ago, and may have ended before it was looked at again.
  if (!isGone || wasMoving(before, engine)) await settle(engine, settling)
  return { before, to }
}

/** Finishes the newest intent, whoever made it: a rollback that is overtaken by another one is done when that is. */
async function finishAll(engine: Engine): Promise<void> {
  for (let round = 1; round <= ROUNDS; round += 1) {
    const { intent } = stateOf(engine)
    if (!intent || (await finish(engine, { do: 'finish', why: intent.why })).applied !== 'superseded') return
  }
}

/**
 * A target that cannot refuse an older epoch may be written late, by a request that was under way when its sender
 * ended. Waits until no such request can be left, looks, and takes back once more what differs or cannot be seen. What
 * was resumed meanwhile is paused instead: whoever resumed it believes that everything was taken back.
 */
export async function settle(engine: Engine, settling: (wait: Duration) => void): Promise<void> {
  const wait = Math.max(0, ...engine.targets.map((target) => target.settle))
  if (wait === 0) return
  for (let round = 1; round <= ROUNDS; round += 1) {
    const before = stateOf(engine)
    if (!isTakenBack(before)) return
    settling(wait)
    await engine.clock.sleep(wait, engine.signal)
    await engine.writer.refresh()
    const text = await findLate(engine, stateOf(engine))
    if (text === undefined) return
    const why: Why = { code: 'drift', text }
    await insist(async () => {
      const now = stateOf(engine)
      if (now.epoch !== before.epoch || now.intent) return
      if (isTakenBack(now)) await intend(engine, { do: now.status === 'paused' ? 'step-back' : 'rollback', to: now, why }, engine.signature)
      else if (now.status === 'running') await note(engine, { type: 'paused', why })
    })
    await finishAll(engine)
  }
}

/** What is wrong at a target that may have been written late; undefined when all of them hold what they should. */
async function findLate(engine: Engine, state: State): Promise<string | undefined> {
  const targets = engine.targets.filter((target) => target.settle > 0)
  for (let look = 1; ; look += 1) {
    const { drifts, unreadable } = await findDrift({ ...engine, targets }, state)
    const [late] = drifts
    if (late) return `${late.target} was written late, after it was taken back`
    const [blind] = unreadable
    if (blind === undefined) return undefined
    if (look === LOOKS) return `whether it was written late cannot be seen: ${blind}`
    await engine.clock.sleep(BETWEEN, engine.signal)
  }
}

/** Likewise after a turn that has taken something back, or has finished what somebody else began to take back. */
export async function settleAfter(engine: Engine, { state, applied }: Turn): Promise<void> {
  const isRetreat = state.stopped?.seq === state.epoch
  if (applied === 'arrived' && isRetreat) await settle(engine, () => undefined)
}

/** At rest after a rollback or a step back. */
function isTakenBack({ status, intent }: State): boolean {
  return (status === 'rolled back' || status === 'paused') && !intent
}

/** Something went forward so lately that a request of it may still be under way. Clocks may differ: too early counts as well. */
function wasMoving(before: State, { clock }: Engine): boolean {
  return before.intent !== undefined || clock.now() - before.arrivedAt < 2 * DEADLINE
}
