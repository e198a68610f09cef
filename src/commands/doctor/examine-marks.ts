import { openTargetsAnyway } from '../../adapters/open.ts'
import type { Plan } from '../../core/plan/plan.ts'
import { describeMarked, remedyFor } from '../../core/policy/marked.ts'
import { RolloutError, type Problem } from '../../core/values/errors.ts'
import { findMarked } from '../../engine/marked.ts'
import { findOrphans, refusalOf } from '../../engine/orphans.ts'
import { loadState } from '../../engine/load-state.ts'
import type { Session } from '../../session/session.ts'
import type { DoctorFinding } from '../../views/doctor.ts'

/** Returns what the marks of targets say of the journal: that it was lost or restored, is not the only one, or does not know of a break-glass. */
export async function examineMarks(session: Session, plan: Plan): Promise<readonly DoctorFinding[]> {
  const { lender, clock, signal } = session
  try {
    const journal = await session.journal()
    const { state } = await loadState(journal)
    const targets = await openTargetsAnyway(state?.plan ?? plan, lender)
    if (!state) {
      const orphans = await findOrphans({ targets, signal, writer: { state } }, plan)
      return orphans.length === 0 ? [] : refusalOf(plan, orphans).problems.map(finding)
    }
    const marked = await findMarked({ targets, clock, signal, writer: { journal } }, state)
    return marked.map((each) => finding({ message: describeMarked(each, state), hint: remedyFor(each, state.plan) }))
  } catch (thrown) {
    // What cannot be read is said by the row of the journal.
    if (thrown instanceof RolloutError) return []
    throw thrown
  }
}

function finding({ message, hint }: Problem): DoctorFinding {
  return { what: 'marks', level: 'failed', text: message, ...(hint !== undefined && { hint }) }
}
