import { stepsOf, type Step } from '../plan/steps.ts'
import type { Approval, Plan } from '../plan/plan.ts'
import type { Approved, State } from '../journal/state.ts'
import { formatInstant, type Instant } from '../values/units.ts'

/** Something a gate waits for that a person can do, or see to. */
export interface ToDo {
  /** `Backups were restored in staging`. */
  readonly text: string
  readonly owner?: string
  /** What to type. */
  readonly command?: string
}

/** How far one group's agreement to a step has come. */
export interface ApprovalStanding {
  readonly needed: Approval
  /** Those that count, by one person each. */
  readonly given: readonly Approved[]
  readonly expired: readonly Approved[]
  /** Members of the group that may still agree. */
  readonly left: readonly string[]
  /** Members that do not count, and why. */
  readonly barred: readonly { readonly actor: string; readonly because: string }[]
}

/**
 * Returns where an approval stands. `now` is wall time, for its expiry; `mover` types the step: under the two-person
 * rule what this one has approved does not count. Nobody types what `run` does.
 */
export function standingOf(state: State, next: Step, needed: Approval, now: Instant, mover?: string): ApprovalStanding {
  const { group, by, expires = Number.POSITIVE_INFINITY, signed, covers } = needed
  const steps = stepsOf(state.plan)
  const fits = (step: number): boolean => step === next.index || (covers === 'phase' && steps[step]?.phase === next.phase)
  const members = [...new Set(state.plan.approvers[group] ?? [])]
  const barred = by === undefined ? [] : [...state.authors.map(froze), ...(mover === undefined ? [] : [types(mover)])]
  const isBarred = (actor: string): boolean => barred.some((each) => each.actor === actor)
  const all = state.approvals.filter((each) => each.group === group && fits(each.step) && !isBarred(each.actor))
  const valid = all.filter((each) => signed !== true || each.signed !== undefined)
  const given = newest(valid.filter(({ at }) => now < at + expires))
  const expired = newest(valid.filter(({ actor }) => !given.some((each) => each.actor === actor)))
  const left = members.filter((actor) => !isBarred(actor) && !given.some((each) => each.actor === actor))
  return { needed, given, expired, left, barred: barred.filter(({ actor }) => members.includes(actor)) }
}

/** The last word of each person. */
function newest(approvals: readonly Approved[]): readonly Approved[] {
  return [...new Map(approvals.map((each) => [each.actor, each])).values()]
}

function froze(actor: string) {
  return { actor, because: 'froze the plan' }
}

const TYPES = 'types the step'

function types(actor: string) {
  return { actor, because: TYPES }
}

/**
 * Describes where an approval stands: `approval 1 of 2 (release-managers): ana until …; missing 1 of ben, chris; not
 * dora, who froze the plan`.
 */
export function describeStanding({ needed, given, expired, left, barred }: ApprovalStanding): string {
  const { group, count, expires, signed } = needed
  const until = ({ actor, at }: Approved): string => (expires === undefined ? actor : `${actor} until ${formatInstant(at + expires)}`)
  const short = count - given.length
  const who = left.length > 0 ? ` of ${left.join(', ')}` : ''
  const parts = [
    `approval ${given.length} of ${count} (${group})${given.length > 0 ? `: ${given.map(until).join(', ')}` : ''}`,
    ...(short > 0 && (who !== '' || given.length > 0) ? [`missing ${short}${who}${signed === true ? ', signed' : ''}`] : []),
    ...(short > 0 ? expired.map(({ actor, at }) => `${actor}'s expired ${formatInstant(at + (expires ?? 0))}`) : []),
    ...(short > 0 ? barred.map(({ actor, because }) => `not ${actor}, who ${because}`) : []),
  ]
  return parts.join('; ')
}

/** Returns what is missing of an approval, and what to type. Where too few are left without who types the step, nobody should: `run`. */
export function missingOf(plan: Plan, { needed: { group, count, signed }, given, left, barred }: ApprovalStanding): ToDo {
  const typist = barred.find(({ because }) => because === TYPES)
  if (typist && left.length < count - given.length)
    return { text: `somebody else than ${typist.actor} to type the step`, owner: group, command: commandFor(plan, 'run') }
  const text = `${count - given.length} approval${count - given.length > 1 ? 's' : ''} of ${left.length > 0 ? left.join(', ') : group}`
  return { text, owner: group, command: commandFor(plan, `approve${signed === true ? ' --sign KEYFILE' : ''} --reason "…"`) }
}

/** Returns a command as it is typed for this plan. */
export function commandFor({ environment }: Pick<Plan, 'environment'>, words: string): string {
  return `rollout ${words}${environment === undefined ? '' : ` -e ${environment}`}`
}
