import type { Fact, Move, Why } from '../core/journal/event.ts'
import type { Obstacle } from '../core/journal/obstacle.ts'
import type { State } from '../core/journal/state.ts'
import type { Decision } from '../core/policy/decide.ts'
import { concernedBy } from '../core/policy/concerned.ts'
import type { Destination } from '../core/policy/destination.ts'
import { apply, type Applied } from './apply.ts'
import { stateOf, type Engine } from './engine.ts'
import type { UnreadableTarget } from './drift.ts'
import { findForeignWord } from './foreign-word.ts'
import { retreatOver } from './retreat.ts'
import type { Signature } from './writer.ts'

/** How often an intent that somebody else overtakes is followed to the newer one. */
const ROUNDS = 3

/** One turn: what was decided, what came of it, and the state afterwards. */
export interface Turn {
  readonly decision: Decision
  readonly state: State
  readonly applied?: Applied
  /** What it failed on, for everybody to see. */
  readonly blocked?: readonly Obstacle[]
}

/** A move that was decided, by the policy or by a person. */
export interface Moving {
  readonly do: Move
  readonly to: Destination
  readonly why: Why
  /** Targets that were seen not to hold what they should: written as well, although no word of theirs moves. */
  readonly others?: readonly string[]
  /** Targets that could not be looked at before: they are gone without, and not written. */
  readonly unseen?: readonly UnreadableTarget[]
}

/** Makes a move durable, then carries it out. */
export async function move(engine: Engine, asked: Moving, signature: Signature, overrides: readonly string[] = []): Promise<Turn> {
  const moving = asked.do === 'advance' ? asked : await over(engine, asked)
  const { unseen, ...decision } = moving
  await intend(engine, moving, signature, overrides)
  return finish(engine, decision, unseen)
}

async function over(engine: Engine, moving: Moving): Promise<Moving> {
  const { others, ...to } = await retreatOver(engine, stateOf(engine), moving.to)
  return { ...moving, to, others: [...(moving.others ?? []), ...others] }
}

/** Makes a move durable and no more: from here on a crash anywhere ends with it carried out. */
export async function intend(
  engine: Engine,
  { do: to, to: { cursor, exposures }, why, others }: Moving,
  signature: Signature,
  overrides: readonly string[] = [],
): Promise<void> {
  const state = stateOf(engine)
  // A journal that never went forward may be the successor of one that was lost: what its targets hold nobody knows.
  const isBlind = to !== 'advance' && !state.advanced
  const targets = concernedBy(state, exposures, isBlind ? Object.keys(state.plan.targets) : others)
  const intended: Fact = { type: 'intended', move: to, cursor, exposures, targets, why, ...(overrides.length > 0 && { overrides }) }
  await record(engine, intended, signature)
}

/** Carries out the unfinished intent, if there is one; `unseen` targets are not written. */
export async function finish(engine: Engine, decision: Decision, unseen?: readonly UnreadableTarget[]): Promise<Turn> {
  const { intent } = stateOf(engine)
  if (!intent) return { decision, state: stateOf(engine) }
  const applied = await apply(engine, intent, unseen)
  return { decision, state: stateOf(engine), applied }
}

/** Goes on with the unfinished intent, but not with a step up over what somebody else has put there: then it pauses. */
export async function goOn(engine: Engine, decision: Decision): Promise<Turn> {
  const state = stateOf(engine)
  const { why, unseen } = await findForeignWord(engine, state)
  if (!why) return finish(engine, decision, unseen)
  if (state.status !== 'running') return { decision: { do: 'hold', gates: [], why }, state, blocked: [{ name: 'drift', text: why.text }] }
  return { decision: { do: 'pause', why }, state: await record(engine, { type: 'paused', why }) }
}

/**
 * Finishes the newest intent, no matter who made it: a rollback that is overtaken by another one is done when that is.
 */
export async function finishAll(engine: Engine): Promise<void> {
  for (let round = 1; round <= ROUNDS; round += 1) {
    const { intent } = stateOf(engine)
    if (!intent || (await finish(engine, { do: 'finish', why: intent.why })).applied !== 'superseded') return
  }
}

/** Makes a fact durable and resolves to the state after it. */
export async function record(engine: Engine, fact: Fact, signature = engine.signature): Promise<State> {
  await engine.writer.append(fact, signature)
  return stateOf(engine)
}
