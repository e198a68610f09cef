import type { Measured, Reading } from './values/reading.ts'
import type { Duration, Instant } from './values/units.ts'
import type { Message } from './values/message.ts'

/** What an adapter is lent for one call. It takes nothing else from the world. */
export interface Loan {
  /** Ends when the deadline passes or the user interrupts. */
  readonly signal: AbortSignal
  /** How long `signal` leaves, so that a retry can fit in; 10 s where nobody says. */
  readonly timeout?: Duration
  readonly clock: Clock
  /** The environment, for adapters that hand named variables to a child process. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Folder of the plan file; relative paths are resolved against it. */
  readonly folder: string
}

export interface Clock {
  /** Wall clock: for people and for comparing with timestamps of samples. Never for hold time. */
  now(): Instant
  /** Milliseconds on a clock that only runs forward and stops while the machine sleeps. */
  monotonic(): Duration
  /** Names the domain of `monotonic` (the boot of this machine): readings of two domains do not compare. */
  readonly domain: string
  /** Resolves after `duration`; rejects with the signal's reason when it ends first. */
  sleep(duration: Duration, signal?: AbortSignal): Promise<void>
  /** Ends after `duration`; does not keep the process alive. */
  deadline(duration: Duration): AbortSignal
}

/** Variable → word. `undefined`: the target does not know the variable. */
export type Words = { readonly [variable: string]: string | undefined }

/** Newer than any intent: what a break-glass leaves where a target can hold an epoch. */
export const TOMBSTONE = 999_999_999_999_999

/** Which intent a write carries out. */
export interface Fence {
  /** Sequence number of the intent. */
  readonly epoch: number
  /**
   * Newer epochs that it may replace all the same: for a return to every default that of a break-glass, and in a journal
   * that has never gone forward whatever the target held before, because the journal it belongs to may have been lost.
   */
  readonly over: readonly number[]
}

/**
 * Writes env words to one place and reads them back. A throw is a refusal and its
 * message is shown to people. Writing what is already there must change nothing.
 */
export interface TargetAdapter<Options> {
  readonly options: Schema<Options>
  /** Reads the named variables as the target holds them now. */
  read(options: Options, variables: readonly string[], loan: Loan): Promise<Words>
  /**
   * Writes all words in one go where the target can. A word of '' is that of a list: where a variable cannot be removed, it
   * is left empty, and reads back as '' or as not set. A target that can hold the epoch refuses an older one.
   */
  write(options: Options, words: { readonly [variable: string]: string }, loan: Loan & Fence): Promise<void>
  /** The epoch that the target holds, 0 for none; for those that can. */
  epoch?(options: Options, loan: Loan): Promise<number>
  /**
   * How long a write may still land after whoever sent it has ended; 10 s unless told. 0 where a write with an older
   * epoch is refused: there a late one does no harm.
   */
  settle?(options: Options): Duration
  /** What a person would type to do the same by hand. */
  byHand(options: Options, words: { readonly [variable: string]: string }): readonly string[]
  /**
   * Why the target could never hold this word of this variable, said without asking it: a step like that is an error of
   * the plan. Pure. Undefined when it can.
   */
  refuses?(options: Options, variable: string, word: string): Refusal | undefined
}

/** What is wrong, and what would do. */
export interface Refusal {
  readonly message: string
  readonly hint?: string
}

export interface MetricAdapter<Options> {
  readonly options: Schema<Options>
  read(options: Options, loan: Loan): Promise<Measured>
  /**
   * What `read` would have given at every step of the span, oldest first, with the step as the time of the sample; only
   * where the source remembers. A throw ends it. `loan.signal` is the user's: there is no deadline for the whole.
   */
  history?(options: Options, span: Span, loan: Loan): AsyncIterable<Past>
}

/**
 * Tells people or systems. A throw is an attempt that failed, and its message is shown to people. What was told already
 * is told again after a crash: `message.id` says that it is the same.
 */
export interface NotifyAdapter<Options> {
  readonly options: Schema<Options>
  send(options: Options, message: Message, loan: Loan): Promise<void>
  /** What `doctor --notify` does instead, where a test message would change something. Resolves to what it found. */
  probe?(options: Options, loan: Loan): Promise<string>
}

/** Times in the past: `from`, and every `step` (at least 1 ms) after it that is not after `to`. */
export interface Span {
  readonly from: Instant
  readonly to: Instant
  readonly step: Duration
}

/** What was to be read at one time. */
export interface Past {
  readonly at: Instant
  readonly reading: Reading
}

/**
 * The part of a Standard Schema (standardschema.dev) an adapter's options are checked with;
 * a zod schema is one.
 */
export interface Schema<Output> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined
  }
}

export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | {
      readonly issues: readonly {
        readonly message: string
        readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
      }[]
    }
