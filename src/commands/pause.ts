import { isEnded } from '../core/journal/state.ts'
import { RolloutError } from '../core/values/errors.ts'
import type { VerbAnswer, Session } from '../session/session.ts'
import { answerOfState } from '../session/state-answer.ts'
import { signature } from '../session/signature.ts'
import { onEvery, type Done, type OneOfMany } from '../session/every.ts'
import { openRollout } from '../session/project.ts'
import { tell } from '../session/tell.ts'
import { stateOf } from '../engine/engine.ts'
import type { ValuesOf } from './table.ts'

/** Holds everything where it is; a move under way is still finished. A critical metric still rolls back while somebody watches. */
export default async function pause(session: Session<ValuesOf<'pause'>>): Promise<VerbAnswer> {
  const { every, target } = session.options
  return every ? onEvery(session, target, pauseOne) : ordinary(session)
}

async function pauseOne({ session, state }: OneOfMany<ValuesOf<'pause'>>): Promise<Done> {
  if (state.status === 'rolled back') return { outcome: 'done', text: 'rolled back: nothing of it moves up', value: {} }
  const { outcome, value } = await ordinary(session)
  return { outcome, text: outcome === 'done' ? 'paused' : 'paused; a move under way is still finished', value }
}

async function ordinary(session: Session): Promise<VerbAnswer> {
  const writer = await openRollout(session)
  const before = stateOf({ writer })
  const { status } = before
  if (isEnded(before) || status === 'rolled back') {
    throw new RolloutError('conflict', { message: `nothing to pause: it is ${status}`, hint: 'rollout status' })
  }
  // Why it must stay paused is asked of the journal later, whoever paused it first.
  if (status === 'running' || session.options.reason !== undefined) {
    const by = await signature(session, 'emergency')
    const why = { code: 'operator', text: by.reason ?? 'paused by an operator' } as const
    await writer.append({ type: 'paused', why }, by)
  }
  const after = stateOf({ writer })
  const recorded =
    status === 'paused' && after.seq > before.seq ? `it was paused already; the reason is #${after.seq} of its history\n` : ''
  const answer = await answerOfState(session, writer, after.intent ? 'partial' : 'done', () => recorded)
  return { ...answer, afterwards: async () => tell(session) }
}
