import { RolloutError } from '../core/values/errors.ts'
import type { Clock } from '../core/ports.ts'
import { formatDuration, type Duration } from '../core/values/units.ts'

/**
 * Work that must end by a deadline of the lent clock; throws `timeout` when it does not, even where the work ignores
 * its signal. The signal the work is given ends with the deadline or with the caller's.
 */
export async function withDeadline<Result>(
  clock: Clock,
  limit: Duration,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const deadline = clock.deadline(limit)
  let end = (): void => undefined
  const late = new Promise<never>((_, reject) => {
    end = () => reject(new RolloutError('timeout', { message: `no answer within ${formatDuration(limit)}` }))
    deadline.addEventListener('abort', end)
  })
  try {
    return await Promise.race([work(AbortSignal.any([signal, deadline])), late])
  } finally {
    deadline.removeEventListener('abort', end)
  }
}

/** Ends `grace` after the other has, and for its reason: what must not be left half done goes on until then. */
export function withGrace(clock: Clock, signal: AbortSignal, grace: Duration): AbortSignal {
  const ended = new AbortController()
  const end = (): void => clock.deadline(grace).addEventListener('abort', () => ended.abort(signal.reason), { once: true })
  if (signal.aborted) end()
  else signal.addEventListener('abort', end, { once: true })
  return ended.signal
}
