import { reportOf } from '../core/report/report.ts'
import { markdown } from '../views/document/markdown.ts'
import { happenings } from '../views/event.ts'
import { reportDocument, reportPage } from '../views/report/report.ts'
import { oneRollout } from '../session/one-rollout.ts'
import { nothingStarted } from '../session/nothing-started.ts'
import type { VerbAnswer, Session } from '../session/session.ts'
import type { ValuesOf } from './table.ts'

/** Writes up what happened in one rollout as one document, from the journal alone. */
export default async function report(session: Session<ValuesOf<'report'>>): Promise<VerbAnswer> {
  const { events, before } = await oneRollout(session, session.options.of)
  const value = reportOf(events, before)
  if (!value) throw nothingStarted(await session.journal())
  const all = happenings(events, before)
  const isPage = session.options.format === 'html'
  return { outcome: 'done', kind: 'report', value, text: () => (isPage ? reportPage(value, all) : markdown(reportDocument(value, all))) }
}
