import { RolloutError, type Outcome } from '../core/values/errors.ts'
import { reportOf } from '../core/report/report.ts'
import type { Shell } from '../shell.ts'
import { markdown } from '../views/document/markdown.ts'
import { happenings } from '../views/event.ts'
import { writeJson } from '../views/json.ts'
import { reportDocument, reportPage } from '../views/report/report.ts'
import { flag, text, type Input } from '../session/input.ts'
import { openJournal } from '../session/project.ts'

/** What happened as one document, from the journal alone. */
export default async function report(shell: Shell, input: Input): Promise<Outcome> {
  const journal = await openJournal(shell, input)
  const events = await journal.read()
  const value = reportOf(events)
  if (!value) throw new RolloutError('usage', { message: `nothing was started yet (${journal.place})`, hint: 'rollout start' })
  const all = happenings(events)
  if (flag(input, 'json')) writeJson(value, shell.out)
  else shell.out.write(text(input, 'format') === 'html' ? reportPage(value, all) : markdown(reportDocument(value, all)))
  return 'done'
}
