import { controllerOf } from '../adapters/deadline.ts'
import { RolloutError } from '../core/values/errors.ts'
import { formatDuration, type Duration } from '../core/values/units.ts'
import type { Shell } from '../shell.ts'

/** Milliseconds; a timer of more is over at once. */
const LONGEST_TIMER = 2 ** 31 - 1

/** Returns the shell's signal, ended as well when so much time has passed. */
export function deadlineOf({ clock, signal }: Pick<Shell, 'clock' | 'signal'>, limit: Duration | undefined): AbortSignal {
  if (limit === undefined) return signal
  const controller = controllerOf(signal)
  const late = new RolloutError('timeout', {
    message: `not finished within ${formatDuration(limit)}`,
    hint: 'rollout status; any later command goes on from here',
  })
  // Not a sleep: that would keep a command that is done from ending.
  clock.timer(Math.min(limit, LONGEST_TIMER), () => controller.abort(late))
  return controller.signal
}
