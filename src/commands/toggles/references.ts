import type { Plan } from '../../core/plan/plan.ts'
import { RolloutError } from '../../core/values/errors.ts'
import { suggest } from '../../core/values/suggest.ts'
import { readPlan } from '../../session/project.ts'
import { findReferences } from '../../session/references.ts'
import type { Session, VerbAnswer } from '../../session/session.ts'
import { markdown } from '../../views/document/markdown.ts'
import { referencesDocument, renderReferences } from '../../views/references.ts'
import type { ValuesOf } from '../table.ts'

/** Finds where the code stands for a toggle, or for each of the plan. A file whose syntax cannot be read makes it `partial`. */
export async function references(session: Session<ValuesOf<'toggles'>>): Promise<VerbAnswer> {
  const { toggle, format } = session.options
  const plan = await readPlan(session)
  const report = await findReferences(session, plan, toggle === undefined ? Object.keys(plan.toggles) : [known(plan, toggle)])
  return {
    outcome: report.unread.length > 0 ? 'partial' : 'done',
    kind: 'references',
    value: report,
    text: (out) => (format === 'markdown' ? markdown(referencesDocument(report)) : renderReferences(report, out)),
  }
}

/** Returns the name of a toggle of the plan, also by its variable. Throws `usage` for any other. */
function known({ toggles }: Plan, written: string): string {
  if (Object.hasOwn(toggles, written)) return written
  const renamed = Object.entries(toggles).find(([, { variable }]) => variable === written)
  if (renamed) return renamed[0]
  const near = suggest(written, Object.keys(toggles))
  throw new RolloutError('usage', {
    message: `${JSON.stringify(written.slice(0, 100))} is not a toggle of the plan`,
    hint: near === undefined ? 'rollout toggles lists them' : `did you mean ${near}?`,
  })
}
