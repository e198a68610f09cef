import type { Outcome } from '../core/values/errors.ts'
import type { Stream } from '../core/values/stream.ts'
import type { State } from '../core/journal/state.ts'
import { situationOf } from '../core/policy/situation.ts'
import { summarize } from '../core/report/summary.ts'
import { clean } from '../views/clean.ts'
import { nextCommand, renderWord } from '../views/status.ts'
import type { VerbAnswer, Session } from './session.ts'

/** Returns the answer of most verbs that change something: where it is now, and what to type next; below what it did, if that is not seen there. */
export function answerOfState(
  { clock }: Pick<Session, 'clock'>,
  state: State,
  outcome: Outcome,
  did: (out: Stream) => string = () => '',
): VerbAnswer {
  const summary = summarize(situationOf(state, clock.now()))
  return {
    outcome,
    kind: 'status',
    value: summary,
    text: (out) =>
      `${did(out)}${renderWord(state.status, out)}  ${clean(state.stopped?.why.text ?? summary.decision.text)}\n  ${nextCommand(summary)}\n`,
  }
}
