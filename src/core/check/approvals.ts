import { approvalsOf } from '../plan/approvals.ts'
import { error, unknown, warning, type Finding } from './finding.ts'
import type { Approval, Phase, Plan } from '../plan/plan.ts'

/** Groups that nobody is in. */
export function checkApprovers({ approvers }: Plan): readonly Finding[] {
  return Object.entries(approvers).flatMap(([group, members]) =>
    members.length > 0 ? [] : [error(['approvers', group], `nobody is in ${group}`, `${group}: [ana, ben]`)],
  )
}

/**
 * Returns what is wrong with the approvals of a phase, each complaint once. `starter` is who is about to freeze the
 * plan, where that is known.
 */
export function checkApprovals(plan: Plan, phase: Phase, path: Finding['path'], starter?: string): readonly Finding[] {
  const found = new Map<string, Finding>()
  for (const [nth, step] of phase.steps.entries()) {
    const isOwn = phase.steps.filter(({ approval }) => JSON.stringify(approval) === JSON.stringify(step.approval)).length === 1
    const at = [...path, ...(isOwn ? ['steps', nth] : []), 'approval']
    const needed = approvalsOf(step)
    for (const [index, approval] of needed.entries()) {
      const place = needed.length === 1 ? at : [...at, index]
      if (needed.findIndex(({ group }) => group === approval.group) < index)
        found.set(`${JSON.stringify(step.approval)} twice`, error(place, `${approval.group} is asked twice`))
      for (const each of checkApproval(plan, approval, place, starter))
        if (!found.has(`${each.message} ${JSON.stringify(step.approval)}`))
          found.set(`${each.message} ${JSON.stringify(step.approval)}`, each)
    }
  }
  return [...found.values()]
}

function checkApproval(plan: Plan, approval: Approval, path: Finding['path'], starter: string | undefined): readonly Finding[] {
  const { group, count, by, signed } = approval
  const members = Object.hasOwn(plan.approvers, group) ? new Set(plan.approvers[group]) : undefined
  if (!members) return [unknown(path, group, 'group of approvers', Object.keys(plan.approvers))]
  const unsigned =
    signed === true && plan.signers === undefined
      ? [error(path, `${group} must sign, but the plan does not say whose signature counts`, 'signers: deploy/allowed_signers')]
      : []
  return [...unsigned, ...(members.size === 0 ? [] : checkCount(group, members, { count, by }, path, starter))]
}

function checkCount(
  group: string,
  members: ReadonlySet<string>,
  { count, by }: { readonly count: number; readonly by: 'others' | undefined },
  path: Finding['path'],
  starter: string | undefined,
): readonly Finding[] {
  const people = (size: number): string => `${size} ${size === 1 ? 'person' : 'people'}`
  const needed = `${count} approval${count === 1 ? ' is' : 's are'} needed, but ${group} has ${people(members.size)}`
  if (members.size < count) return [error(path, needed)]
  if (by === undefined || members.size > count) return []
  if (starter !== undefined && members.has(starter))
    return [error(path, `${needed}, and ${starter}, who starts it, does not count`, 'somebody else starts it, or the group grows')]
  return starter === undefined
    ? [warning(path, `${needed}: should one of them start it, nobody can go on`, 'one more than the count, or a starter from elsewhere')]
    : []
}
