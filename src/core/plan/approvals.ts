import type { Approval, PhaseStep } from './plan.ts'

/** Returns the groups that must agree to a step. */
export function approvalsOf({ approval }: Pick<PhaseStep, 'approval'>): readonly Approval[] {
  if (approval === undefined) return []
  return isMany(approval) ? approval : [approval]
}

/** Formats who must agree to a step: `2 of release-managers, 1 of dba`; '' where it needs nobody. */
export function formatApprovals(step: Pick<PhaseStep, 'approval'>): string {
  return approvalsOf(step)
    .map(({ count, group }) => `${count} of ${group}`)
    .join(', ')
}

function isMany(approval: Approval | readonly Approval[]): approval is readonly Approval[] {
  return Array.isArray(approval)
}
