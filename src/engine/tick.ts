import { decide, type Decision } from '../core/policy/decide.ts'
import { drift, environment, type Drift } from '../core/plan/environment.ts'
import { messageOf } from '../core/values/errors.ts'
import type { Fact, Move, Why } from '../core/journal/event.ts'
import { concernedBy } from '../core/policy/concerned.ts'
import type { Destination } from '../core/policy/moves.ts'
import { situationOf } from '../core/policy/situation.ts'
import type { State } from '../core/journal/state.ts'
import { apply, type Applied } from './apply.ts'
import { stateOf, type Engine } from './engine.ts'
import { findForeignWord } from './foreign-word.ts'
import type { Observer } from './observe.ts'
import type { Signature } from './writer.ts'
import { signatureGate } from './signatures.ts'
import { reconsider } from './reconsider.ts'
import { shownWord } from './write-verified.ts'

/** How often an intent that somebody else overtakes is followed to the newer one. */
const ROUNDS = 3

/** One turn: what was decided, what came of it, and the state afterwards. */
export interface Turn {
  readonly decision: Decision
  readonly state: State
  readonly applied?: Applied
}

/** Looks, decides and acts once. Throws `conflict` when somebody else acted in between: take another turn. */
export async function tick(engine: Engine, observer: Observer): Promise<Turn> {
  const state = await observer.look(engine.signal)
  const decision = decide(situationOf(state, engine.clock.now()))
  if (decision.do !== 'hold' && decision.do !== 'rest') await observer.keep()
  switch (decision.do) {
    case 'hold':
    case 'rest':
      return { decision, state }
    case 'pause':
      return { decision, state: await record(engine, { type: 'paused', why: decision.why }) }
    case 'complete':
      return { decision, state: await record(engine, { type: 'completed', why: decision.why }) }
    case 'finish':
      return goOn(engine, decision)
    case 'advance': {
      const obstacle = await findObstacle(engine, stateOf(engine), decision.to)
      if (obstacle)
        return obstacle.do === 'pause'
          ? { decision: obstacle, state: await record(engine, { type: 'paused', why: obstacle.why }) }
          : { decision: obstacle, state }
      const still = reconsider(engine)
      return still.do === 'advance' ? move(engine, decision, engine.signature) : { decision: still, state }
    }
    case 'rollback':
    case 'step-back':
      return move(engine, decision, engine.signature)
  }
}

/** Goes on with the unfinished intent, but not with a step up over what somebody else has put there: then it pauses. */
export async function goOn(engine: Engine, decision: Decision): Promise<Turn> {
  const state = stateOf(engine)
  const why = await findForeignWord(engine, state)
  if (!why) return finish(engine, decision)
  if (state.status !== 'running') return { decision: { do: 'hold', gates: [], why }, state }
  return { decision: { do: 'pause', why }, state: await record(engine, { type: 'paused', why }) }
}

/** A move that was decided, by the policy or by a person. */
export interface Moving {
  readonly do: Move
  readonly to: Destination
  readonly why: Why
  /** Targets that were seen not to hold what they should: written as well, although no word of theirs moves. */
  readonly others?: readonly string[]
}

/** Makes a move durable, then carries it out. */
export async function move(engine: Engine, moving: Moving, signature: Signature, overrides: readonly string[] = []): Promise<Turn> {
  await intend(engine, moving, signature, overrides)
  return finish(engine, moving)
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
  engine.tell(await engine.writer.append(intended, signature))
}

/** Carries out the unfinished intent, if there is one. */
export async function finish(engine: Engine, decision: Decision): Promise<Turn> {
  const { intent } = stateOf(engine)
  if (!intent) return { decision, state: stateOf(engine) }
  const applied = await apply(engine, intent)
  return { decision, state: stateOf(engine), applied }
}

/** Finishes the newest intent, whoever made it: a rollback that is overtaken by another one is done when that is. */
export async function finishAll(engine: Engine): Promise<void> {
  for (let round = 1; round <= ROUNDS; round += 1) {
    const { intent } = stateOf(engine)
    if (!intent || (await finish(engine, { do: 'finish', why: intent.why })).applied !== 'superseded') return
  }
}

/** A target that could not be read, and why. */
interface Unreadable {
  readonly target: string
  readonly error: string
}

/** Reads targets back, all of them unless told, and compares them with what the journal says they hold. */
export async function findDrift(
  engine: Pick<Engine, 'targets' | 'signal'>,
  state: State,
  names?: readonly string[],
): Promise<{ readonly drifts: readonly Drift[]; readonly unreadable: readonly Unreadable[] }> {
  const looked = await Promise.all(
    engine.targets
      .filter(({ name }) => names?.includes(name) ?? true)
      .map(async (target) => {
        try {
          const found = await target.read(Object.keys(environment(state.plan, target.name, state)), engine.signal)
          const drifts = drift(state.plan, target.name, state, found).map((each) =>
            each.found === undefined ? each : { ...each, found: shownWord(target, each.found) },
          )
          return { drifts, unreadable: [] }
        } catch (thrown) {
          return { drifts: [], unreadable: [{ target: target.name, error: messageOf(thrown) }] }
        }
      }),
  )
  return { drifts: looked.flatMap(({ drifts }) => drifts), unreadable: looked.flatMap(({ unreadable }) => unreadable) }
}

/**
 * Finds what somebody else has done to the targets that a step up concerns. A target that the step before went without and
 * that is back comes along with this one.
 */
export async function findForeignDrift(
  engine: Pick<Engine, 'targets' | 'signal'>,
  state: State,
  { exposures }: Destination,
): ReturnType<typeof findDrift> {
  const { drifts, unreadable } = await findDrift(engine, state, concernedBy(state, exposures))
  return { drifts: drifts.filter(({ target }) => !state.missing.includes(target)), unreadable }
}

/** Why a step up must not be taken although every gate is open: the targets are not what we left behind. */
async function findObstacle(
  engine: Engine,
  state: State,
  to: Destination,
): Promise<Extract<Decision, { do: 'pause' | 'hold' }> | undefined> {
  const { drifts, unreadable } = await findForeignDrift(engine, state, to)
  const [first] = drifts
  if (first) {
    const found = first.found === undefined ? 'nothing' : first.found
    const text = `${first.target} holds ${first.variable}=${found} instead of ${first.expected || 'nothing'}: somebody else changed it`
    return { do: 'pause', why: { code: 'drift', text: drifts.length > 1 ? `${text} (and ${drifts.length - 1} more)` : text } }
  }
  if (unreadable.length > state.plan.maxUnavailable)
    return { do: 'hold', gates: [], why: { code: 'refused', text: unreadable.map(textOf).join('; ') } }
  const doubted = await signatureGate(engine)
  if (doubted) return { do: 'hold', gates: [doubted], why: { code: 'refused', text: doubted.text } }
  return undefined
}

function textOf({ target, error }: Unreadable): string {
  return `${target}: ${error}`
}

/** Makes a fact durable and resolves to the state after it. */
export async function record(engine: Engine, fact: Fact, signature = engine.signature): Promise<State> {
  engine.tell(await engine.writer.append(fact, signature))
  return stateOf(engine)
}
