import { existsSync } from 'node:fs'
import { RolloutError } from '../core/values/errors.ts'

/**
 * Returns an error of a plan that is all there is to go by with what to do about that: nothing else says which targets there
 * are. Where the file is gone, a new one is no way back, and where there are journals none is needed.
 */
export function withoutPlan(thrown: unknown, file: string): unknown {
  if (!(thrown instanceof RolloutError) || thrown.code !== 'config') return thrown
  const isThere = existsSync(file)
  const [first = { message: thrown.message }, ...journals] = thrown.problems
  const { hint: _, ...gone } = first
  if (!isThere && journals.length > 0) return new RolloutError(thrown.code, [gone, ...journals], { cause: thrown })
  const problems = isThere ? thrown.problems : [gone]
  const message = 'without a journal the plan alone says which targets there are'
  const hint = 'put it back as it was (git checkout HEAD -- rollout.yaml), then rollout rollback --all --break-glass'
  return new RolloutError(thrown.code, [...problems, { message, hint }], { cause: thrown })
}
