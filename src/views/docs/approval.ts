import type { Approval, PhaseStep } from '../../core/plan/plan.ts'
import { approvalsOf } from '../../core/plan/approvals.ts'
import { formatDuration } from '../../core/values/units.ts'

/** Says who has to agree to a step, in words: `2 of release-managers, not who wrote the plan, within 3d`. */
export function neededFor(step: Pick<PhaseStep, 'approval'>): readonly string[] {
  return approvalsOf(step).map(wordsOf)
}

function wordsOf({ group, count, by, expires, signed, covers }: Approval): string {
  return [
    `${count} of ${group}`,
    ...(by === undefined ? [] : ['nobody who froze the plan or takes the step']),
    ...(expires === undefined ? [] : [`counts for ${formatDuration(expires)}`]),
    ...(signed === undefined ? [] : ['signed']),
    ...(covers === undefined ? [] : ['once for the phase']),
  ].join(', ')
}
