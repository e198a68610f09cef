import type { Outcome } from '../core/values/errors.ts'
import type { Stream } from '../core/values/stream.ts'
import type { Shell } from '../shell.ts'
import type { VerbAnswer } from './session.ts'

/** Prints what comes of a verb: with `--json` one value, otherwise its text, and hands it on. Returns what the last of it ends with. */
export async function print(
  { out }: Pick<Shell, 'out'>,
  isJson: boolean,
  given: Promise<VerbAnswer> | AsyncIterable<VerbAnswer>,
  also?: (answer: VerbAnswer) => void,
): Promise<Outcome> {
  let outcome: Outcome = 'done'
  for await (const answer of 'then' in given ? [given] : given) {
    if (isJson) await printValue(answer, out)
    else printText(answer, out)
    also?.(answer)
    await answer.afterwards?.()
    outcome = answer.outcome
  }
  return outcome
}

/** Loaded where it is asked for: few commands are. */
async function printValue({ kind, value, list }: VerbAnswer, out: Stream): Promise<void> {
  const { VERSION, writeJson, writeJsonList } = await import('../views/json.ts')
  const whole = { kind, version: VERSION, ...value }
  if (list) writeJsonList(whole, list.name, list.values, out)
  else writeJson(whole, out)
}

function printText({ text }: VerbAnswer, out: Stream): void {
  const shown = text(out)
  for (const part of typeof shown === 'string' ? [shown] : shown) out.write(part)
}
