import { RolloutError, type Outcome } from '../core/values/errors.ts'
import { stateOf } from '../engine/engine.ts'
import type { Shell } from '../shell.ts'
import { signature, type Input } from '../session/input.ts'
import { openRollout } from '../session/project.ts'
import { reportState } from '../session/report.ts'

/** Opens the latch after a pause or a rollback. Writes nothing to a target: the next turn decides. */
export default async function resume(shell: Shell, input: Input): Promise<Outcome> {
  const writer = await openRollout(shell, input)
  const state = stateOf({ writer })
  if (state.status === 'complete')
    throw new RolloutError('conflict', { message: 'nothing to resume: it is complete', hint: 'rollout start begins anew' })
  if (state.status === 'rolled back' && state.intent) {
    throw new RolloutError('partial', {
      message: 'the rollback has not reached every target yet',
      hint: 'rollout rollback tries the rest again',
    })
  }
  if (state.status !== 'running') await writer.append({ type: 'resumed' }, await signature(shell, input))
  const after = stateOf({ writer })
  return reportState(shell, input, after, after.intent ? 'partial' : 'done')
}
