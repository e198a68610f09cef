import type { State } from '../core/journal/state.ts'
import { RolloutError } from '../core/values/errors.ts'

interface Asked {
  readonly name: string | undefined
  readonly typedFor: (environment: string) => string
}

/** Returns why nothing is done where several rollouts of a name could be meant, with the line to type for each. */
export function several({ name, typedFor }: Asked, candidates: readonly { readonly state: State }[]): RolloutError {
  const [first, ...rest] = candidates.map(({ state: { plan, status } }) => ({
    message: `${plan.environment ?? 'the plan without an environment'} is ${status}`,
    hint: typedFor(plan.environment ?? ''),
  }))
  const what = {
    message: `several rollouts of ${name} could be meant; nothing was changed`,
    hint: 'name one of them: -e NAME, or ROLLOUT_ENV',
  }
  return new RolloutError('usage', [what, ...(first ? [first] : []), ...rest])
}
