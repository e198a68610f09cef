import type { Plan } from '../../core/plan/plan.ts'
import { stepsOf } from '../../core/plan/steps.ts'
import { describeCompared } from '../../core/report/reference.ts'
import { findReferences } from '../../session/references.ts'
import type { Session } from '../../session/session.ts'
import type { DoctorFinding } from '../../views/doctor.ts'

/** Returns the toggles that the code compares with a word, though the plan has a step that only some users have. */
export async function examineCode(session: Session, plan: Plan): Promise<readonly DoctorFinding[]> {
  const shared = sharedToggles(plan)
  if (shared.length === 0) return []
  const { toggles } = await findReferences(session, plan, shared)
  return shared.flatMap((name) => {
    const problem = describeCompared(name, toggles[name] ?? [])
    return problem
      ? [{ what: 'code', level: 'warning', text: problem.message, ...(problem.hint !== undefined && { hint: problem.hint }) }]
      : []
  })
}

/** Of instances and of everybody at once a word says all. */
function sharedToggles(plan: Plan): readonly string[] {
  const moved = stepsOf(plan).flatMap(({ to, moves }) => (to < 100 ? moves : []))
  return Object.keys(plan.toggles).filter((name) => moved.includes(name) && plan.toggles[name]?.exposure === 'users')
}
