import { hasCode } from '../core/values/errors.ts'
import type { Duration } from '../core/values/units.ts'
import type { Engine } from './engine.ts'

/** Far more than anybody else appends in the time one append takes. */
const MOST_CONFLICTS = 1000
/** A journal that is out of reach for longer is not waited for. */
export const OUTAGE: Duration = 600_000
const LONGEST_BACKOFF: Duration = 5000

/** How often one target is written before a person is asked. */
export const WRITE_ATTEMPTS = 4
/** Pause after the first failed attempt; each one after it is twice as long. */
const BACKOFF: Duration = 200

/**
 * Returns how long to wait after this many failed attempts: `first`, then twice as long each time, at most `longest`.
 */
export function backoff(attempt: number, longest = Number.POSITIVE_INFINITY, first = BACKOFF): Duration {
  return Math.min(first * 2 ** (attempt - 1), longest)
}

/**
 * Tries until a result will do: `pauseAfter` says how long to wait before the next attempt, undefined that none
 * follows.
 */
export async function retry<Result>(
  { clock, signal }: Pick<Engine, 'clock' | 'signal'>,
  work: (attempt: number) => Promise<Result>,
  pauseAfter: (result: Result, attempt: number) => Duration | undefined,
): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    const result = await work(attempt)
    const pause = pauseAfter(result, attempt)
    if (pause === undefined) return result
    await clock.sleep(pause, signal)
  }
}

/**
 * Appends what must be appended although others write too: tries until its number is free. Each attempt sees the newest
 * state.
 */
export async function retryOnConflict<Result>(append: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await append()
    } catch (thrown) {
      if (attempt === MOST_CONFLICTS || !hasCode(thrown, 'conflict')) throw thrown
    }
  }
}

/** Asks until the journal answers: what was written while it is out of reach may have to be put back. */
export async function retryWhileUnreachable<Answer>(engine: Pick<Engine, 'clock' | 'grace'>, ask: () => Promise<Answer>): Promise<Answer> {
  const { clock, grace } = engine
  const began = clock.monotonic()
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ask()
    } catch (thrown) {
      if (!hasCode(thrown, 'unreachable') || clock.monotonic() - began > OUTAGE) throw thrown
      await clock.sleep(backoff(attempt, LONGEST_BACKOFF), grace)
    }
  }
}
