import { contingencyOf } from '../core/policy/contingency.ts'
import { RolloutError } from '../core/values/errors.ts'
import type { Plan } from '../core/plan/plan.ts'
import type { Contingency } from '../core/values/risk.ts'
import { suggest } from '../core/values/suggest.ts'
import { text, type Input } from './input.ts'

export type Named = Contingency & { readonly id: string }

/** The contingency an option names (`--contingency`, unless told). Throws `usage`, with those there are, when the plan has none of that name. */
export function contingencyIn(plan: Plan, input: Input, option = 'contingency'): Named | undefined {
  const id = text(input, option)
  if (id === undefined) return undefined
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
