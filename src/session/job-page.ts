import type { Outcome } from '../core/values/errors.ts'
import { EXIT } from '../core/values/errors.ts'
import type { Stream } from '../core/values/stream.ts'
import type { Shell } from '../shell.ts'
import { oneLine } from '../views/check.ts'
import { annotation, append, cell, output } from './github.ts'
import type { VerbAnswer } from './session.ts'

/** The page of a GitHub job, for one verb. */
export interface JobPage {
  /** Takes what came of the verb; the last answer counts. */
  readonly add: (answer: VerbAnswer) => void
  /** Lets workflow commands through again, and shows what was added: a summary, an annotation, and outputs. */
  readonly end: () => void
}

/**
 * Opens the page of a GitHub job for a verb that moves toggles. Until it ends nothing that is printed is taken for a
 * workflow command. `plain` makes a stream of what a person would have typed next to these texts.
 */
export function openJobPage(
  { out, err, env, uuid }: Pick<Shell, 'out' | 'err' | 'env' | 'uuid'>,
  { verb, isJson, plain }: { readonly verb: string; readonly isJson: boolean; readonly plain: (stream: Stream) => Stream },
): JobPage {
  const beside = isJson ? err : out
  const token = uuid()
  beside.write(`::stop-commands::${token}\n`)
  let last: VerbAnswer | undefined
  return {
    add: (answer) => {
      last = answer
    },
    end: () => {
      beside.write(`::${token}::\n`)
      if (!last) return
      const { outcome, told = [] } = last
      const lines = linesOf(last, plain)
      const title = `rollout ${verb}`
      const reason = oneLine(told.at(-1) ?? lines[0] ?? outcome)
      if (outcome !== 'done')
        beside.write(annotation({ level: outcome === 'notYet' ? 'notice' : 'error', title, text: reason, where: undefined }))
      try {
        append(env['GITHUB_STEP_SUMMARY'], summaryOf(title, outcome, [...told, ...lines]))
        append(env['GITHUB_OUTPUT'], output('result', outcome, uuid()) + output('reason', reason, uuid()))
      } catch (thrown) {
        // What was done is done: a page that cannot be written does not change how it ended.
        err.write(`! ${thrown instanceof Error ? thrown.message : String(thrown)}\n`)
      }
    },
  }
}

function linesOf({ text }: VerbAnswer, plain: (stream: Stream) => Stream): readonly string[] {
  let written = ''
  const stream = plain({ write: (part) => void (written += part), tty: false, color: 0 })
  const shown = text(stream)
  for (const part of typeof shown === 'string' ? [shown] : shown) stream.write(part)
  return written.split('\n').filter((line) => line.trim() !== '')
}

function summaryOf(title: string, outcome: Outcome, lines: readonly string[]): string {
  return `### ${title}: exit ${EXIT[outcome]}\n\n${lines.map((line) => `- ${cell(line)}\n`).join('')}\n`
}
