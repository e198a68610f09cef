import type { Controller, Why } from '../core/journal/event.ts'
import { holdersOf } from '../core/policy/concerned.ts'
import { effectiveRetreat, retreatTo, type Scope } from '../core/policy/destination.ts'
import { togglesOfScope } from '../core/policy/scope-toggles.ts'
import { unconfirmed, type State } from '../core/journal/state.ts'
import type { Duration } from '../core/values/units.ts'
import { stateOf, type Engine } from './engine.ts'
import { retryOnConflict } from './retry.ts'
import { settle } from './settle.ts'
import { findDrift } from './drift.ts'
import { finishAll, intend } from './move.ts'
import { retreatOver, type Reach } from './retreat.ts'
import type { Signature } from './writer.ts'

export interface RollbackOptions {
  /** Undefined: the phase under way; while a rollback is unfinished, that one. */
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
  readonly to: Reach | undefined
}

/**
 * Returns where a rollback of this scope leads; undefined when everything already is there and every target says so.
 */
export async function destinationOf(engine: Engine, scope: Scope | undefined): Promise<Reach | undefined> {
  const state = stateOf(engine)
  const again = scope === undefined && state.status === 'rolled back'
  // Said again it makes sure of the first one, whatever that took back, and goes further only once that is done.
  if (again && state.intent) return undefined
  const wanted: Scope = scope ?? { is: 'phase' }
  const to = effectiveRetreat(state, wanted)
  if (to) return retreatOver(engine, state, to)
  const { drifts, unreadable } = await findDrift(engine, state, again ? undefined : holdersIn(state, wanted))
  const held = await retreatOver(engine, state, again ? { cursor: state.cursor, exposures: state.exposures } : retreatTo(state, wanted))
  const others = [...new Set([...[...drifts, ...unreadable].map(({ target }) => target), ...held.others])]
  return others.length > 0 || state.status !== 'rolled back' ? { ...held, others } : undefined
}

/** The targets that hold a toggle of this scope. */
function holdersIn({ plan, ...state }: State, scope: Scope): readonly string[] {
  return holdersOf(plan, togglesOfScope({ plan, ...state }, scope))
}

/**
 * Makes the rollback durable, ends the controller it overtakes, brings every target there, and looks again once
 * what may still be under way must have landed. It ends: what no attempt could reach stays in the open intent.
 */
export async function rollBack(engine: Engine, { scope, why, signature, end, settling }: RollbackOptions): Promise<RollbackResult> {
  // Somebody who came first may have gone further back: where this one leads is found anew at each attempt.
  const { before, to } = await retryOnConflict(async () => {
    const state = stateOf(engine)
    const destination = await destinationOf(engine, scope)
    if (destination) await intend(engine, { do: 'rollback', to: destination, why, others: destination.others }, signature)
    return { before: state, to: destination }
  })
  if (to && before.controller) await end(before.controller)
  const { intent } = stateOf(engine)
  const pending = intent ? unconfirmed(intent) : []
  await finishAll(engine)
  // What is not written here must hold it all the same, also what another command has confirmed: that is said after looking.
  const concerned = to ? holdersIn(before, scope ?? { is: 'phase' }) : Object.keys(intent?.targets ?? {})
  await settle(
    engine,
    settling,
    concerned.filter((target) => !pending.includes(target)),
  )
  return { before, to }
}
