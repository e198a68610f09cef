import type { State } from '../core/journal/state.ts'
import { decide, isRetreating } from '../core/policy/decide.ts'
import { joinFew } from '../core/values/join-few.ts'
import { situationOf } from '../core/policy/situation.ts'
import { driftedTargets, findForeignDrift, formatUnreadable, unreadableTargets, type ForeignDrift } from './drift.ts'
import { stateOf, type Engine } from './engine.ts'
import { goOn, move, record, type Turn } from './move.ts'
import type { Observer } from './observe.ts'
import { reconsider } from './reconsider.ts'
import { signatureGate } from './signatures.ts'

/** Looks, decides and acts once. Throws `conflict` when somebody else acted in between: take another turn. */
export async function tick(engine: Engine, observer: Observer): Promise<Turn> {
  const state = await observer.look(engine.signal)
  const decision = decide(situationOf(state, engine.clock.now()))
  if (decision.do !== 'hold' && decision.do !== 'rest') await observer.keep(isRetreating(decision) ? 'retreat' : undefined)
  switch (decision.do) {
    case 'hold':
    case 'rest':
      observer.checkKept()
      return { decision, state }
    case 'pause':
      return { decision, state: await record(engine, { type: 'paused', why: decision.why }) }
    case 'complete':
      return { decision, state: await record(engine, { type: 'completed', why: decision.why }) }
    case 'finish':
      return goOn(engine, decision)
    case 'advance': {
      const found = await findForeignDrift(engine, stateOf(engine), decision.to)
      const obstacle = await obstacleIn(engine, stateOf(engine), found)
      if (obstacle?.decision.do === 'pause')
        return { ...obstacle, state: await record(engine, { type: 'paused', why: obstacle.decision.why }) }
      if (obstacle) return { ...obstacle, state }
      const still = reconsider(engine)
      return still.do === 'advance' ? move(engine, { ...still, unseen: found.unreadable }, engine.signature) : { decision: still, state }
    }
    case 'rollback':
    case 'step-back':
      return move(engine, decision, engine.signature)
  }
}

/** Finds why a step up must not be taken although every gate is open: the targets are not as they were left. */
async function obstacleIn(
  engine: Engine,
  state: State,
  { unreadable, unseen, ...differing }: ForeignDrift,
): Promise<Pick<Turn, 'decision' | 'blocked'> | undefined> {
  const [first, ...more] = [...driftedTargets(differing, state), ...unseen]
  if (first) {
    const text = more.length > 0 ? `${first.text} (and ${more.length} more)` : first.text
    return { decision: { do: 'pause', why: { code: 'drift', text } } }
  }
  if (unreadable.length > state.plan.maxUnavailable)
    return {
      decision: { do: 'hold', gates: [], why: { code: 'refused', text: joinFew(unreadable.map(formatUnreadable), '; ') } },
      blocked: unreadableTargets(unreadable),
    }
  const doubted = await signatureGate(engine)
  if (!doubted) return undefined
  const why = { code: 'refused', text: doubted.text } as const
  return { decision: { do: 'hold', gates: [doubted], why }, blocked: [{ name: 'approval', text: doubted.text }] }
}
