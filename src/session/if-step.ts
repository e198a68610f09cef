import type { State } from '../core/journal/state.ts'
import { RolloutError } from '../core/values/errors.ts'
import { text, type Input } from './input.ts'

/** `--if-step 3`: compare and set, so that a command typed twice acts once. Throws `conflict` otherwise. */
export function checkStep(state: State, input: Input): void {
  const wanted = text(input, 'ifStep')
  if (wanted === undefined) return
  if (!/^\d+$/.test(wanted))
    throw new RolloutError('usage', {
      message: `--if-step ${wanted} is not a number`,
      hint: 'the step of rollout status; 0 before the first',
    })
  // A step that somebody has begun is left behind: whoever asks for it again is the second.
  const isMoving = state.intent?.move === 'advance'
  const at = (isMoving ? state.intent.cursor : state.cursor) + 1
  if (Number(wanted) === at) return
  throw new RolloutError('conflict', {
    message: `the rollout is ${isMoving ? 'on its way to' : 'at'} step ${at}, not ${wanted}; nothing was changed`,
    hint: 'rollout status',
  })
}
