import { standingOf, commandFor } from '../core/policy/approval.ts'
import { approvalsOf } from '../core/plan/approvals.ts'
import { messageOf } from '../core/values/errors.ts'
import type { Gate } from '../core/policy/gates.ts'
import { nextStep } from '../core/policy/destination.ts'
import type { Approved, State } from '../core/journal/state.ts'
import { stateOf, type Engine } from './engine.ts'

/** A signature is checked once: the same bytes prove the same. */
const proven = new WeakSet<Approved>()

/**
 * Checks anew the signed approvals that the next step needs, because the journal may have been written by anybody.
 * Returns a closed gate, or undefined when they prove enough.
 */
export async function signatureGate(engine: Engine, mover?: string): Promise<Gate | undefined> {
  const state = stateOf(engine)
  const next = nextStep(state)
  for (const needed of next ? approvalsOf(next).filter(({ signed }) => signed === true) : []) {
    const { given } = next ? standingOf(state, next, needed, engine.clock.now(), mover) : { given: [] }
    const checked = await Promise.all(given.map(async (each) => ({ ...each, wrong: await refuted(engine, state, each) })))
    const wrong = checked.flatMap(({ actor, wrong: text }) => (text === undefined ? [] : [`${actor}'s proves nothing: ${text}`]))
    const good = given.length - wrong.length
    if (good >= needed.count) continue
    const text = `approval ${good} of ${needed.count} (${needed.group}); ${wrong.join('; ')}`
    const command = commandFor(state.plan, 'approve --sign KEYFILE --reason "…"')
    return { name: 'approval', open: false, text, missing: [{ text: 'a signature that holds', owner: needed.group, command }] }
  }
  return undefined
}

async function refuted(engine: Engine, state: State, approved: Approved): Promise<string | undefined> {
  if (proven.has(approved)) return undefined
  try {
    const wrong = await engine.refute(state, approved)
    if (wrong === undefined) proven.add(approved)
    return wrong
  } catch (thrown) {
    engine.signal.throwIfAborted()
    return messageOf(thrown)
  }
}
