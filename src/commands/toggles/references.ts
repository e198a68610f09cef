import { askedToggles } from '../../core/plan/shadow.ts'
import { readPlan } from '../../session/project.ts'
import { findReferences } from '../../session/references.ts'
import type { Session, VerbAnswer } from '../../session/session.ts'
import { markdown } from '../../views/document/markdown.ts'
import { referencesDocument, renderReferences } from '../../views/references.ts'
import { knownToggle } from './known.ts'
import type { ValuesOf } from '../table.ts'

/** Finds where the code stands for a toggle, or for each of the plan. A file whose syntax cannot be read makes it `partial`. */
export async function references(session: Session<ValuesOf<'toggles'>>): Promise<VerbAnswer> {
  const { toggle, format } = session.options
  const plan = await readPlan(session)
  const report = await findReferences(session, plan, toggle === undefined ? askedToggles(plan) : [knownToggle(plan, toggle)])
  return {
    outcome: report.unread.length > 0 ? 'partial' : 'done',
    kind: 'references',
    value: report,
    text: (out) => (format === 'markdown' ? markdown(referencesDocument(report)) : renderReferences(report, out)),
  }
}
