import { RolloutError } from '../core/values/errors.ts'
import { unconfirmed, type State } from '../core/journal/state.ts'
import { changesBetween } from '../core/report/changes.ts'
import { stateOf } from '../engine/engine.ts'
import { openRollout } from '../session/project.ts'
import type { VerbAnswer, Session } from '../session/session.ts'
import { signature } from '../session/signature.ts'
import { answerOfState } from '../session/state-answer.ts'
import { renderChanges } from '../views/event.ts'
import type { ValuesOf } from './table.ts'

/** Ends a rollout that will not go on, so that the next start begins anew. Writes nothing to a target. */
export default async function close(session: Session<ValuesOf<'close'>>): Promise<VerbAnswer> {
  const writer = await openRollout(session)
  const state = stateOf({ writer })
  if (state.status !== 'closed') {
    const by = await signature(session)
    const left = leftOf(state)
    if (left !== undefined && !session.options.keep) {
      const keeping = 'rollout close --keep --reason "…" leaves it as it is'
      const hint =
        state.status === 'complete' ? `it is complete and needs no end; ${keeping}` : `rollout rollback takes it back; ${keeping}`
      throw new RolloutError('conflict', { message: `it is not as it was before the rollout: ${left}`, hint })
    }
    const text = [by.reason ?? 'closed by an operator', ...(left === undefined ? [] : [`left as it is: ${left}`])].join('; ')
    await writer.append({ type: 'closed', why: { code: 'operator', text } }, by)
  }
  return answerOfState(session, writer, 'done')
}

/** Says what a rollout has not given back; undefined where every toggle is at its baseline, and every target has confirmed. */
function leftOf({ plan, baseline, exposures, intent }: State): string | undefined {
  const changes = changesBetween(plan, baseline, intent?.exposures ?? exposures)
  const open = unconfirmed(intent)
  const parts = [
    ...(changes.length > 0 ? [renderChanges(changes)] : []),
    ...(open.length > 0 ? [`not confirmed by ${open.join(', ')}`] : []),
  ]
  return parts.length === 0 ? undefined : parts.join('; ')
}
