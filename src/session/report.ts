import type { Outcome } from '../core/values/errors.ts'
import type { State } from '../core/journal/state.ts'
import { situationOf } from '../core/policy/situation.ts'
import { summarize } from '../core/report/summary.ts'
import type { Shell } from '../shell.ts'
import { clean } from '../views/clean.ts'
import { writeJson } from '../views/json.ts'
import { nextCommand, renderWord } from '../views/status.ts'
import { flag, type Input } from './input.ts'

/** The end of most commands: where it is now and what to type next, or the value itself. */
export function reportState(shell: Shell, input: Input, state: State, outcome: Outcome): Outcome {
  const summary = summarize(situationOf(state, shell.clock.now()))
  if (flag(input, 'json')) writeJson(summary, shell.out)
  else
    shell.out.write(
      `${renderWord(state.status, shell.out)}  ${clean(state.stopped?.why.text ?? summary.decision.text)}\n  ${nextCommand(summary)}\n`,
    )
  return outcome
}
