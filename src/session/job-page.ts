import { defined } from '../core/values/defined.ts'
import { EXIT, messageOf, type Outcome } from '../core/values/errors.ts'
import type { Stream } from '../core/values/stream.ts'
import type { Shell } from '../shell.ts'
import { oneLine } from '../views/check.ts'
import { addressed } from './addressed.ts'
import { annotation, append, escaped, output } from './github.ts'
import type { Everywhere, VerbAnswer } from './session.ts'

/** Not yet is no fault. */
const CALM: ReadonlySet<Outcome> = new Set(['notYet', 'changes'])

/** What takes an answer to the page of a GitHub job; the last one counts. */
export interface JobPage {
  readonly add: (answer: VerbAnswer) => void
}

type Place = Pick<Shell, 'out' | 'err' | 'env' | 'uuid'>

interface Named {
  readonly verb: string
  readonly verbs: readonly string[]
}

/**
 * Carries out a verb, and shows on the page of its GitHub job what came of it: a summary, an
 * annotation, and outputs. Until it ends nothing that is printed is taken for a workflow command.
 */
export async function onJobPage(
  place: Place,
  { file, env, json }: Pick<Everywhere, 'file' | 'env' | 'json'>,
  { verb, verbs }: Named,
  work: (add: JobPage['add']) => Promise<Outcome>,
): Promise<Outcome> {
  const page = openPage(place, `rollout ${verb}`, json, (stream) => addressed(stream, defined({ file, env }), verbs))
  return work(page.add).finally(page.end)
}

function openPage({ out, err, env, uuid }: Place, title: string, isJson: boolean, plain: (stream: Stream) => Stream) {
  const beside = isJson ? err : out
  const token = uuid()
  beside.write(`::stop-commands::${token}\n`)
  let last: VerbAnswer | undefined
  return {
    add: (answer: VerbAnswer): void => {
      last = answer
    },
    end: (): void => {
      beside.write(`::${token}::\n`)
      if (!last) return
      const { outcome, told = [] } = last
      const lines = linesOf(last, plain)
      const reason = oneLine(told.at(-1) ?? lines.slice(0, outcome === 'done' ? 1 : 2).join(' '))
      if (outcome !== 'done')
        beside.write(annotation({ level: CALM.has(outcome) ? 'notice' : 'error', title, text: reason, where: undefined }))
      try {
        append(env['GITHUB_STEP_SUMMARY'], summaryOf(title, outcome, [...told, ...lines]))
        append(env['GITHUB_OUTPUT'], output('result', outcome, uuid()) + output('reason', reason, uuid()))
      } catch (thrown) {
        // What was done is done: a page that cannot be written does not change how it ended.
        err.write(`! ${messageOf(thrown)}\n`)
      }
    },
  }
}

function linesOf({ text }: VerbAnswer, plain: (stream: Stream) => Stream): readonly string[] {
  let written = ''
  const stream = plain({ write: (part) => void (written += part), tty: false, color: 0 })
  const shown = text(stream)
  for (const part of typeof shown === 'string' ? [shown] : shown) stream.write(part)
  return written.replace(/^\n+/, '').trimEnd().split('\n')
}

function summaryOf(title: string, outcome: Outcome, lines: readonly string[]): string {
  return `### ${title}: exit ${EXIT[outcome]}\n\n<pre>\n${lines.map((line) => `${escaped(line)}\n`).join('')}</pre>\n\n`
}
