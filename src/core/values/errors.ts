/** Process exit codes, named by what they mean to the caller (sysexits.h from 64 to 78, `timeout(1)` for 124). */
export const EXIT = {
  done: 0,
  bug: 1,
  changes: 2,
  notYet: 8,
  unhealthy: 9,
  partial: 10,
  usage: 64,
  unreachable: 69,
  conflict: 75,
  denied: 77,
  config: 78,
  timeout: 124,
  interrupted: 130,
  terminated: 143,
} as const

export type Outcome = keyof typeof EXIT

/** Where an error is: a place in a file (line and column from 1), or a target, metric or URL by name. */
export interface Where {
  readonly file?: string
  readonly line?: number
  readonly column?: number
  /** Path inside the document, e.g. `toggles.FEATURE_X.targets.0`. */
  readonly path?: string
}

/** One thing that is wrong with what the user gave us, and what to do about it. */
export interface Problem {
  readonly message: string
  readonly where?: Where
  readonly hint?: string
}

/**
 * An error meant for people: what happened, where, what to do. Everything else
 * that is thrown is a bug and is reported as one.
 */
export class RolloutError extends Error {
  override readonly name = 'RolloutError'
  readonly code: Outcome
  /** Every problem found, the first one first; never empty. */
  readonly problems: readonly Problem[]

  constructor(code: Outcome, problem: Problem | readonly Problem[], options?: { readonly cause?: unknown }) {
    const problems = 'message' in problem ? [problem] : problem
    super(problems.map((each) => each.message).join('\n'), options)
    this.code = code
    this.problems = problems
  }
}

/** Tells whether something that was thrown is an error of ours with this code. */
export function hasCode(thrown: unknown, code: Outcome): thrown is RolloutError {
  return thrown instanceof RolloutError && thrown.code === code
}

/** Returns the message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  try {
    return thrown instanceof Error ? thrown.message : String(thrown)
  } catch {
    return 'it says nothing'
  }
}
