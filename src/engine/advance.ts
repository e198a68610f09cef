import { FEW, formatCount, joinFew } from '../core/values/join-few.ts'
import { decide, isRetreating, type Decision } from '../core/policy/decide.ts'
import { RolloutError } from '../core/values/errors.ts'
import type { Gate } from '../core/policy/gates.ts'
import { situationOf } from '../core/policy/situation.ts'
import { formatDrift } from '../core/plan/environment.ts'
import { nextDestination, type Destination } from '../core/policy/destination.ts'
import type { State } from '../core/journal/state.ts'
import { stateOf, type Engine } from './engine.ts'
import type { Observer } from './observe.ts'
import { reconsider } from './reconsider.ts'
import { settleAfter } from './settle.ts'
import { findForeignDrift, formatUnreadable, markedTargets, type ForeignDrift } from './drift.ts'
import { finish, goOn, move, record, type Turn } from './move.ts'
import { signatureGate } from './signatures.ts'
import type { Signature } from './writer.ts'

export interface Advancing {
  readonly signature: Signature
  /** Gates the person goes past, by name. */
  readonly overrides: readonly string[]
}

/** Returns what a person who asks for the next step would get now, and moves nothing. `mover` is that person. */
export async function consider(engine: Engine, observer: Observer, mover?: string): Promise<Turn> {
  const state = await observer.look(engine.signal)
  return { decision: decide(situationOf(state, engine.clock.now(), mover)), state }
}

/**
 * Takes the next step for a person if every gate is open or overridden; whatever else is due (a rollback, an
 * unfinished move) comes first. Throws `conflict` when somebody else acted in between, `unreachable` when more
 * targets cannot be read back than may be missing.
 */
export async function advanceNow(
  engine: Engine,
  observer: Observer,
  { decision, state }: Turn,
  { signature, overrides }: Advancing,
): Promise<Turn> {
  await observer.keep(isRetreating(decision) ? 'retreat' : undefined)
  if (decision.do === 'complete') return { decision, state: await record(engine, { type: 'completed', why: decision.why }, signature) }
  if (decision.do === 'finish' || isRetreating(decision)) {
    const isOwn = overrides.includes('drift')
    const turn = decision.do !== 'finish' ? await move(engine, decision, engine.signature) : await (isOwn ? finish : goOn)(engine, decision)
    await settleAfter(engine, turn)
    return turn
  }
  const to = nextDestination(stateOf(engine))
  if (!to || !isFree(decision, overrides)) return { decision, state }
  const { marked, drifts, unseen, unreadable } = await differingBefore(engine, state, to)
  const [older] = markedTargets(marked, state, drifts)
  // Not for an override: a target that carries something newer refuses the write.
  if (older) return { decision: { do: 'hold', gates: [], why: { code: 'drift', text: older.text } }, state }
  const texts = [...drifts.map(formatDrift), ...unseen.map(({ text }) => text)]
  if (texts.length > 0 && !overrides.includes('drift')) {
    const gate: Gate = { name: 'drift', open: false, text: `drift ${joinFew(texts, '; ')}` }
    return { decision: { do: 'hold', gates: [gate], why: { code: 'drift', text: gate.text } }, state }
  }
  const doubted = overrides.includes('approval') ? undefined : await signatureGate(engine, signature.actor)
  if (doubted) return { decision: { do: 'hold', gates: [doubted], why: { code: 'refused', text: doubted.text } }, state }
  const still = reconsider(engine, signature.actor)
  if (!isFree(still, overrides)) return { decision: still, state }
  const why = { code: 'operator', text: signature.reason ?? decision.why.text } as const
  return move(
    engine,
    { do: 'advance', to, why, others: [...drifts, ...unseen].flatMap(({ target }) => target ?? []), unseen: unreadable },
    signature,
    overrides,
  )
}

function isFree(decision: Decision, overrides: readonly string[]): boolean {
  if (decision.do === 'advance') return true
  return decision.do === 'hold' && decision.gates.length > 0 && decision.gates.every(({ open, name }) => open || overrides.includes(name))
}

async function differingBefore(engine: Engine, state: State, to: Destination): Promise<ForeignDrift> {
  const found = await findForeignDrift(engine, state, to)
  const { unreadable } = found
  if (unreadable.length > state.plan.maxUnavailable)
    throw new RolloutError('unreachable', [
      ...unreadable.slice(0, FEW).map((each) => ({ message: formatUnreadable(each) })),
      ...(unreadable.length > FEW ? [{ message: `and ${formatCount(unreadable.length - FEW)} more targets` }] : []),
    ])
  return found
}
