import type { Controller, Why } from '../core/journal/event.ts'
import { effectiveRetreat, retreatTo, type Destination, type Scope } from '../core/policy/moves.ts'
import type { State } from '../core/journal/state.ts'
import type { Duration } from '../core/values/units.ts'
import { stateOf, type Engine } from './engine.ts'
import { retryOnConflict } from './retry.ts'
import { WRITE_DEADLINE } from './write-verified.ts'
import { settle } from './settle.ts'
import { findDrift, finishAll, intend } from './tick.ts'
import type { Signature } from './writer.ts'

export interface RollbackOptions {
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
export interface RollbackResult {
  readonly before: State
  readonly to: Destination | undefined
}

/** Where a rollback of this scope leads; undefined when everything already is there and every target says so. */
export async function destinationOf(engine: Engine, scope: Scope | undefined): Promise<Destination | undefined> {
  const state = stateOf(engine)
  // A second plain `rollback` makes sure of the first one; it does not take back yet another phase.
  const again = scope === undefined && state.status === 'rolled back'
  const wanted: Scope = scope ?? { is: 'phase' }
  const to = again ? undefined : effectiveRetreat(state, wanted)
  if (to || (again && state.intent)) return to
  const { drifts, unreadable } = await findDrift(engine, state)
  const held = again ? { cursor: state.cursor, exposures: state.exposures } : retreatTo(state, wanted)
  return drifts.length > 0 || unreadable.length > 0 || state.status !== 'rolled back' ? held : undefined
}

/**
 * Makes the rollback durable, ends the controller it overtakes, brings every target there, and looks again once
 * what may still be under way must have landed. It ends: what no attempt could reach stays in the open intent.
 */
export async function rollBack(engine: Engine, { scope, why, signature, end, settling }: RollbackOptions): Promise<RollbackResult> {
  // Whoever comes first in between may have gone further back: where it leads is found anew at each try.
  const { before, to } = await retryOnConflict(async () => {
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

/** Something went forward so lately that a request of it may still be under way. Clocks may differ: too early counts as well. */
function wasMoving(before: State, { clock }: Engine): boolean {
  return before.intent !== undefined || clock.now() - before.arrivedAt < 2 * WRITE_DEADLINE
}
