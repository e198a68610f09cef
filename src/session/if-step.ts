import type { State } from '../core/journal/state.ts'
import { RolloutError } from '../core/values/errors.ts'

/** Compares the step with `--if-step`, so that a command typed twice acts once. Throws `conflict` where it is another. */
export function checkStep(state: State, wanted: number | undefined): void {
  if (wanted === undefined) return
  // A step that somebody has begun is left behind: whoever asks for it again is the second.
  const isMoving = state.intent?.move === 'advance'
  const at = (isMoving ? state.intent.cursor : state.cursor) + 1
  if (wanted === at) return
  throw new RolloutError('conflict', {
    message: `the rollout is ${isMoving ? 'on its way to' : 'at'} step ${at}, not ${wanted}; nothing was changed`,
    hint: 'rollout status',
  })
}
