import { existsSync } from 'node:fs'
import { RolloutError } from '../core/values/errors.ts'

/**
 * Returns an error of a plan that is all there is to go by with what to do about that: nothing else says which targets there
 * are. Where the file is gone, a new one is no way back.
 */
export function withoutPlan(thrown: unknown, file: string): unknown {
  if (!(thrown instanceof RolloutError) || thrown.code !== 'config') return thrown
  const problems = existsSync(file)
    ? thrown.problems
    : thrown.problems.map(({ message: why, where }) => ({ message: why, ...(where && { where }) }))
  const message = 'without a journal the plan alone says which targets there are'
  const hint = 'put it back as it was (git checkout HEAD -- rollout.yaml), then rollout rollback --all --break-glass'
  return new RolloutError(thrown.code, [...problems, { message, hint }], { cause: thrown })
}
