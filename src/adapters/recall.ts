import type { Past } from '../core/ports.ts'
import { messageOf } from '../core/values/errors.ts'
import { Unreadable, type Measured, type Reading } from '../core/values/reading.ts'

/**
 * Yields what a source remembers, step by step, each reading as `sound` makes it, or missing where it throws. Ends with the
 * signal, whether or not the source does. Throws where what comes is no reading with its time, or is no later than the one
 * before: that would never come to an end.
 */
export async function* recalled(
  past: AsyncIterable<Past>,
  signal: AbortSignal,
  sound: (measured: Measured) => Measured,
): AsyncGenerator<Past> {
  if (typeof past?.[Symbol.asyncIterator] !== 'function') throw new Error('history() must be an async generator')
  const steps = past[Symbol.asyncIterator]()
  let giveUp: (reason: unknown) => void = () => undefined
  const end = (): void => giveUp(signal.reason)
  // One listener for all steps: there may be a million.
  signal.addEventListener('abort', end)
  try {
    for (let last = Number.NEGATIVE_INFINITY; ;) {
      signal.throwIfAborted()
      const next = await new Promise<IteratorResult<Past>>((resolve, reject) => {
        giveUp = reject
        steps.next().then(resolve, reject)
      })
      if (next.done === true) return
      const { at, reading } = checked(next.value)
      if (!(at > last)) throw new Error(`history() must go on in time: ${at} comes after ${last}`)
      last = at
      yield { at, reading: soundOrMissing(reading, sound) }
    }
  } finally {
    signal.removeEventListener('abort', end)
    // Not awaited: one that hangs does not come to its end either.
    void steps.return?.().catch(() => undefined)
  }
}

/** A file of the user's own may yield anything. */
function checked(past: Past): Past {
  const { at, reading }: Partial<Past> = past ?? {}
  if (Number.isFinite(at) && typeof reading === 'object' && reading !== null) return past
  throw new Error('history() must yield { at, reading }, at in milliseconds')
}

function soundOrMissing(reading: Reading, sound: (measured: Measured) => Measured): Reading {
  if (reading.is === 'missing') return reading
  try {
    return sound(reading)
  } catch (thrown) {
    return { is: 'missing', reason: thrown instanceof Unreadable ? thrown.reason : 'malformed', detail: messageOf(thrown) }
  }
}
