import { RolloutError, type Outcome } from '../core/values/errors.ts'
import type { Shell } from '../shell.ts'
import { reportState } from '../session/report.ts'
import { signature, type Input } from '../session/input.ts'
import { openRollout } from '../session/project.ts'
import { stateOf } from '../engine/engine.ts'

/** Holds everything where it is; a move under way is still finished. A critical metric still rolls back while somebody watches. */
export default async function pause(shell: Shell, input: Input): Promise<Outcome> {
  const writer = await openRollout(shell, input)
  const { status } = stateOf({ writer })
  if (status === 'complete' || status === 'rolled back') {
    throw new RolloutError('conflict', { message: `nothing to pause: it is ${status}`, hint: 'rollout status' })
  }
  if (status === 'running') {
    const by = await signature(shell, input, 'emergency')
    const why = { code: 'operator', text: by.reason ?? 'paused by an operator' } as const
    await writer.append({ type: 'paused', why }, by)
  }
  const after = stateOf({ writer })
  return reportState(shell, input, after, after.intent ? 'partial' : 'done')
}
