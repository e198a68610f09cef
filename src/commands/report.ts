import { RolloutError, type Outcome } from '../core/values/errors.ts'
import type { Event } from '../core/journal/event.ts'
import { reportOf } from '../core/report/report.ts'
import type { Shell } from '../shell.ts'
import { markdown } from '../views/document/markdown.ts'
import { happenings } from '../views/event.ts'
import { writeJson } from '../views/json.ts'
import { reportDocument, reportPage } from '../views/report/report.ts'
import { flag, text, type Input } from '../session/input.ts'

/** What happened as one document, from the journal alone. */
export function writeReport(shell: Shell, input: Input, events: readonly Event[]): Outcome {
  const format = text(input, 'format') ?? 'markdown'
  if (format === 'cdevents')
    throw new RolloutError('usage', { message: '--format cdevents does not go with --report', hint: 'markdown or html' })
  const value = reportOf(events)
  if (!value) throw new RolloutError('usage', { message: 'nothing was started yet', hint: 'rollout start' })
  const all = happenings(events)
  if (flag(input, 'json')) writeJson(value, shell.out)
  else shell.out.write(format === 'html' ? reportPage(value, all) : markdown(reportDocument(value, all)))
  return 'done'
}
