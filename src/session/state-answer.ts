import type { Outcome } from '../core/values/errors.ts'
import type { Stream } from '../core/values/stream.ts'
import { situationOf } from '../core/policy/situation.ts'
import { summarize } from '../core/report/summary.ts'
import { stateOf } from '../engine/engine.ts'
import type { Writer } from '../engine/writer.ts'
import { clean } from '../views/clean.ts'
import { nextCommand, renderWord } from '../views/status.ts'
import { leaseOf } from './lease.ts'
import type { VerbAnswer, Session } from './session.ts'

/** Returns the answer of most verbs that change something: where it is now, and what to type next; below what it did, if that is not seen there. */
export async function answerOfState(
  session: Pick<Session, 'clock' | 'alive'>,
  writer: Writer,
  outcome: Outcome,
  did: (out: Stream) => string = () => '',
): Promise<VerbAnswer> {
  const state = stateOf({ writer })
  const summary = summarize(situationOf(state, session.clock.now()), await leaseOf(session, writer.journal))
  return {
    outcome,
    kind: 'status',
    value: summary,
    text: (out) =>
      `${did(out)}${renderWord(state.status, out)}  ${clean(state.stopped?.why.text ?? summary.decision.text)}\n  ${nextCommand(summary)}\n`,
  }
}
