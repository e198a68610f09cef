import type { Journal } from '../core/journal/store.ts'
import { RolloutError } from '../core/values/errors.ts'

/** Returns the error of a command that needs a rollout where there is none. */
export function nothingStarted({ place }: Journal): RolloutError {
  return new RolloutError('usage', { message: `nothing was started yet (${place})`, hint: 'rollout start' })
}
