import { contingencyOf } from '../core/policy/contingency.ts'
import { RolloutError } from '../core/values/errors.ts'
import type { Plan } from '../core/plan/plan.ts'
import type { Contingency } from '../core/values/risk.ts'
import { suggest } from '../core/values/suggest.ts'

export type Named = Contingency & { readonly id: string }

/** Returns the contingency of that name. Throws `usage`, with those there are, when the plan has none. */
export function contingencyCalled(plan: Plan, id: string): Named {
  const contingency = contingencyOf(plan, id)
  if (contingency) return { ...contingency, id }
  const known = Object.keys(plan.contingencies ?? {})
  const near = suggest(id, known)
  const among = known.length > 0 ? `one of ${known.join(', ')}` : 'contingencies: in the plan names them; rollout rollback --all needs none'
  throw new RolloutError('usage', {
    message: `there is no contingency "${id}"`,
    hint: near === undefined ? among : `did you mean ${near}? There is ${known.join(', ')}`,
  })
}
