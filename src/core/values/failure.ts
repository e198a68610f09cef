import { defined } from './defined.ts'
import { messageOf, RolloutError } from './errors.ts'

/** Returns what helps against anything that was thrown, where it says so. */
export function hintOf(thrown: unknown): string | undefined {
  return thrown instanceof RolloutError ? thrown.problems[0]?.hint : undefined
}

/** What failed, and what helps where that is known. */
export interface Failure {
  readonly error: string
  readonly hint?: string
}

/** Returns anything that was thrown as what a journal keeps of it. */
export function failureOf(thrown: unknown): Failure {
  return defined({ error: messageOf(thrown), hint: hintOf(thrown) })
}
