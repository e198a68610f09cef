import { RolloutError } from '../core/values/errors.ts'
import type { Clock } from '../core/ports.ts'
import { formatDuration, type Duration } from '../core/values/units.ts'

/** The part of a clock that a deadline is measured with. */
export type Timer = Pick<Clock, 'timer'>

/** Real time, whatever clock was lent: for a call that must not hang on a peer that does not answer. */
export const REAL: Timer = {
  timer: (duration, ring) => {
    const timer = setTimeout(ring, duration)
    timer.unref()
    return () => clearTimeout(timer)
  },
}

/**
 * Ends work after `limit`, or with the caller's signal, and rejects then even where the work ignores the signal that it is
 * given. Throws `late()` after the limit, the signal's reason when that ended first.
 *
 * Timer and listener are held here and undone here. `AbortSignal.timeout` inside `AbortSignal.any` is held by nobody: Node
 * 20 collects it, and the deadline never comes (nodejs/node#57736). A listener that stays on the signal of a command keeps
 * everything that it has waited for.
 */
export async function withDeadline<Result>(
  timer: Timer,
  limit: Duration,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<Result>,
  late?: () => unknown,
): Promise<Result> {
  return withTimedController(timer, limit, signal, async (ending) => work(ending.signal), late)
}

/** Does the same, and lends the controller: its signal is made when it is asked for, which takes longer than to read a file. */
export async function withTimedController<Result>(
  timer: Timer,
  limit: Duration,
  signal: AbortSignal,
  work: (ending: Pick<AbortController, 'signal'>) => Promise<Result>,
  late: () => unknown = () => noAnswer(limit),
): Promise<Result> {
  signal.throwIfAborted()
  const ending = new AbortController()
  let letGo = (): void => undefined
  const ended = new Promise<never>((_, reject) => {
    const end = (reason: unknown): void => {
      ending.abort(reason)
      reject(reason)
    }
    const forget = whenEnded(signal, () => end(signal.reason))
    const stop = timer.timer(limit, () => end(late()))
    letGo = () => {
      forget()
      stop()
    }
  })
  try {
    return await Promise.race([ended, work(ending)])
  } finally {
    letGo()
  }
}

/** Lends work a controller that ends with the signal too, and lets go of the signal when the work is over. */
export async function withController<Result>(signal: AbortSignal, work: (ending: AbortController) => Promise<Result>): Promise<Result> {
  const ending = new AbortController()
  const end = (): void => ending.abort(signal.reason)
  if (signal.aborted) end()
  const forget = whenEnded(signal, end)
  try {
    return await work(ending)
  } finally {
    forget()
  }
}

interface Waiting {
  readonly ends: Set<() => void>
  readonly ring: () => void
}

const waiting = new WeakMap<AbortSignal, Waiting>()

/**
 * Calls back when the signal ends; returns what lets go of it. A signal that a thousand calls wait on has one listener for
 * all of them: it looks through all its listeners for the one to remove.
 */
function whenEnded(signal: AbortSignal, end: () => void): () => void {
  const { ends, ring } = waiting.get(signal) ?? beginToWait(signal)
  ends.add(end)
  return () => {
    ends.delete(end)
    if (ends.size > 0) return
    signal.removeEventListener('abort', ring)
    waiting.delete(signal)
  }
}

function beginToWait(signal: AbortSignal): Waiting {
  const ends = new Set<() => void>()
  const begun = {
    ends,
    ring: () => {
      for (const end of ends) end()
    },
  }
  signal.addEventListener('abort', begun.ring)
  waiting.set(signal, begun)
  return begun
}

/** Makes a controller that ends with the signal too. It lives as long as the signal: for what a command makes once. */
export function controllerOf(signal: AbortSignal): AbortController {
  const ending = new AbortController()
  const end = (): void => ending.abort(signal.reason)
  if (signal.aborted) end()
  signal.addEventListener('abort', end, { once: true })
  return ending
}

/** Makes a signal that ends `grace` after the other has, for its reason: what must not be left half done goes on until then. */
export function withGrace({ timer }: Timer, signal: AbortSignal, grace: Duration): AbortSignal {
  const ending = new AbortController()
  const end = (): unknown => timer(grace, () => ending.abort(signal.reason))
  if (signal.aborted) end()
  else signal.addEventListener('abort', end, { once: true })
  return ending.signal
}

function noAnswer(limit: Duration): RolloutError {
  return new RolloutError('timeout', { message: `no answer within ${formatDuration(limit)}` })
}
