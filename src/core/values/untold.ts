import type { Duration } from './units.ts'

/** What the error of a channel says besides its message. */
export interface Untold {
  /** The message would be refused again: what comes after it does not wait. */
  readonly refused: boolean
  /** How long the server wants to be left alone, in milliseconds; absent where it did not say. */
  readonly retryAfter?: Duration
}

/** Returns what a channel, one of the user's own perhaps, says with its error: an answer that is not understood is no refusal. */
export function untold(thrown: unknown): Untold {
  if (typeof thrown !== 'object' || thrown === null) return { refused: false }
  const refused = Reflect.get(thrown, 'refused') === true
  const retryAfter: unknown = Reflect.get(thrown, 'retryAfter')
  return { refused, ...(typeof retryAfter === 'number' && retryAfter >= 0 && { retryAfter }) }
}
