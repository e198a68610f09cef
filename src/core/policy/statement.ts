import type { Approved, State } from '../journal/state.ts'

/**
 * Returns the text that is signed with an approval: it binds the person to this step of this plan in this very rollout,
 * for this group, at this time, right after this event. One value a line; none of them can hold a line end.
 */
export function statementOf(
  { plan, digest, startedAt }: Pick<State, 'plan' | 'digest' | 'startedAt'>,
  { step, group, actor, at, upon }: Pick<Approved, 'step' | 'group' | 'actor' | 'at' | 'upon'>,
): string {
  const lines = {
    rollout: plan.environment === undefined ? plan.name : `${plan.name}@${plan.environment}`,
    started: new Date(startedAt).toISOString(),
    plan: digest,
    step: step + 1,
    group,
    actor,
    at: new Date(at).toISOString(),
    upon,
  }
  return ['approval', ...Object.entries(lines).map(([key, value]) => `${key}: ${value}`), ''].join('\n')
}
