import { isEnded } from '../core/journal/state.ts'
import { RolloutError } from '../core/values/errors.ts'
import { stateOf } from '../engine/engine.ts'
import { signature } from '../session/signature.ts'
import { openRollout } from '../session/project.ts'
import type { VerbAnswer, Session } from '../session/session.ts'
import { answerOfState } from '../session/state-answer.ts'

/** Opens the latch after a pause or a rollback. Writes nothing to a target: the next turn decides. */
export default async function resume(session: Session): Promise<VerbAnswer> {
  const writer = await openRollout(session)
  const state = stateOf({ writer })
  if (isEnded(state))
    throw new RolloutError('conflict', { message: `nothing to resume: it is ${state.status}`, hint: 'rollout start begins anew' })
  if (state.status === 'rolled back' && state.intent) {
    throw new RolloutError('partial', {
      message: 'the rollback has not reached every target yet',
      hint: 'rollout rollback tries the rest again',
    })
  }
  // Why it goes on is asked of the journal later, whoever resumed it first.
  if (state.status !== 'running' || session.options.reason !== undefined) await writer.append({ type: 'resumed' }, await signature(session))
  const after = stateOf({ writer })
  const recorded =
    state.status === 'running' && after.seq > state.seq ? `it was running already; the reason is #${after.seq} of its history\n` : ''
  return answerOfState(session, writer, after.intent ? 'partial' : 'done', () => recorded)
}
