import { reportOf } from '../core/report/report.ts'
import { markdown } from '../views/document/markdown.ts'
import { happenings } from '../views/event.ts'
import { reportDocument, reportPage } from '../views/report/report.ts'
import { nothingStarted, readEvents } from '../session/project.ts'
import type { VerbAnswer, Session } from '../session/session.ts'
import type { ValuesOf } from './table.ts'

/** Writes up what happened as one document, from the journal alone. */
export default async function report(session: Session<ValuesOf<'report'>>): Promise<VerbAnswer> {
  const { journal, events } = await readEvents(session)
  const value = reportOf(events)
  if (!value) throw nothingStarted(journal)
  const all = happenings(events)
  const isPage = session.options.format === 'html'
  return { outcome: 'done', kind: 'report', value, text: () => (isPage ? reportPage(value, all) : markdown(reportDocument(value, all))) }
}
