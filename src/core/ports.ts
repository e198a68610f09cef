import type { Identity, Mark } from './toggle/mark.ts'
import type { Measured, Measures, Reading } from './values/reading.ts'
import type { Duration, Instant } from './values/units.ts'
import type { Message } from './values/message.ts'

/*
 * The contracts of adapters, published as `rolloutctl/adapter` (docs/adapters.md). What an adapter means is said by its
 * functions: nothing outside it reads its options.
 */

/** Every kind of adapter by its folder, which is also its key in a plan: the word for one, and the functions it has. */
export const KINDS = {
  targets: {
    one: 'target',
    needs: ['read', 'write', 'byHand'],
    may: ['marks', 'settle', 'lag', 'deadline', 'refuses', 'check', 'effect', 'asked', 'probe', 'advise', 'isHarmless', 'holds', 'place'],
  },
  metrics: { one: 'metric', needs: ['read'], may: ['measures', 'looksBack', 'history', 'check', 'asks', 'advise', 'lastAnswered'] },
  notify: { one: 'channel', needs: ['send'], may: ['check', 'probe'] },
} as const satisfies { readonly [kind in keyof Contracts]: Functions<Contracts[kind]> }

/** A kind of adapter. */
export type Kind = keyof typeof KINDS

/** Returns every kind of adapter. */
export function kinds(): readonly Kind[] {
  return Object.keys(KINDS).filter((name): name is Kind => Object.hasOwn(KINDS, name))
}

/** The contract of each kind. */
export interface Contracts {
  readonly targets: TargetAdapter<unknown>
  readonly metrics: MetricAdapter<unknown>
  readonly notify: NotifyAdapter<unknown>
}

interface Functions<Adapter> {
  readonly one: string
  readonly needs: readonly (keyof Adapter)[]
  readonly may: readonly (keyof Adapter)[]
}

/** Everything an adapter is lent for one call. It takes nothing else from the world. */
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
  /** The poll that a metric is read in, where others are read with it. */
  readonly poll?: SharedPoll
}

/** One poll of several metrics: what they ask of the same source is asked for once. */
export interface SharedPoll {
  /** Ends when the whole poll does. */
  readonly signal: AbortSignal
  readonly clock: Pick<Clock, 'monotonic'>
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
  /** Calls `ring` after `duration`, unless what it returns is called before; does not keep the process alive. */
  timer(duration: Duration, ring: () => void): () => void
}

/** Variable → word. `undefined`: the target does not know the variable. */
export type Words = { readonly [variable: string]: string | undefined }

/** Which intent of which rollout a write carries out. */
export interface Fence {
  readonly identity: Identity
  /** Sequence number of the intent. */
  readonly epoch: number
  /**
   * Newer epochs that it may replace all the same: for a return to every default that of a break-glass, and for a
   * retreat those of intents that its journal, which was restored from a backup, does not know any more.
   */
  readonly over: readonly number[]
  /** The target has confirmed a change of this rollout that still stands: it held a mark then, and every word. */
  readonly isMarked?: boolean
  /**
   * The target last held other words, or nobody knows which: an older mark beside these words comes from a copy of the
   * target that somebody has put back, and says nothing of what the application runs with.
   */
  readonly isNews?: boolean
}

/** What a write may go by instead of looking. */
export interface Known {
  /** The words that the target is known to hold: what is the same there need not be sent. Absent where nobody knows. */
  readonly held?: Words
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
   * Writes all words in one go where the target can. A word of '' is that of a list: where a variable cannot be
   * removed, it is left empty, and reads back as '' or as not set. A target that can hold a mark keeps one for each
   * rollout, and refuses an epoch that is older than the one of the same rollout.
   */
  write(options: Options, words: { readonly [variable: string]: string }, loan: Loan & Fence & Known): Promise<void>
  /**
   * Returns the lines a person would type to do the same by hand, with the number of the change where the target asks for
   * one. Pure.
   */
  byHand(options: Options, words: { readonly [variable: string]: string }, fence: Pick<Fence, 'epoch'>): readonly string[]
  /** Returns the marks that the target holds, those of other rollouts too; for those that can. */
  marks?(options: Options, loan: Loan): Promise<readonly Mark[]>
  /**
   * Returns how long a write may still land after its sender has ended; 10 s unless told. 0 where a write with an older
   * epoch is refused: there a late one does no harm.
   */
  settle?(options: Options): Duration
  /** Returns how long a read or a write of so many variables may take before it is given up; 30 s unless told. */
  deadline?(options: Options, variables: number): Duration
  /** Returns how long a read may still show the word from before a write; 10 s unless told. */
  lag?(options: Options): Duration
  /**
   * Returns why the target could never hold this word of this variable, without asking it: a step like that is an error
   * of the plan. Pure. Undefined when it can.
   */
  refuses?(options: Options, variable: string, word: string): Refusal | undefined
  /** Returns what is wrong with the options in this plan, each at its path in them. Asks nobody. */
  check?(options: Options, plan: Surroundings): readonly Fault[]
  /** Returns when an application runs with a new word: at once, or only after a restart or a redeploy. */
  effect?(options: Options): Effect
  /** Returns whom a read asks: the place that is written to, unless told, or the application itself. */
  asked?(options: Options): Asked
  /**
   * Looks whether it could be written, without writing, for `doctor`. Throws what stands in the way; returns what else is
   * to be said, if anything.
   */
  probe?(options: Options, loan: Loan): Promise<readonly Advice[] | void>
  /**
   * Tells whether these options run nothing and reach nothing but files in the plan's folder; false unless told. A target
   * like that is taken back where the plan is gone and only a journal names it. Pure.
   */
  isHarmless?(options: Options): boolean
  /** Returns every variable there with its word, also those of nobody's plan; for those that can be looked through. */
  holds?(options: Options, loan: Loan): Promise<Words>
  /**
   * Names the place that a variable is written to, where it is there: an edited plan that would leave it behind is refused
   * while the toggle is on there, because no rollback would find it. Undefined where nothing is, or nothing can be named.
   */
  place?(options: Options, variable: string, loan: Loan): Promise<string | undefined>
  /** Returns what `doctor` should say of it, given the user ids that are known. Pure. */
  advise?(options: Options, ids: readonly KnownId[]): readonly Advice[]
}

/** When an application runs with a word that was written. */
export type Effect = 'live' | 'restart' | 'redeploy'

/** Who says which word there is: where it was written, or the application that runs with it. */
export type Asked = 'place' | 'application'

/** A fault in the words of people: what is wrong, and what would do. */
export interface Refusal {
  readonly message: string
  readonly hint?: string
}

/** Something wrong with the options: `path` leads to the value in them, or to its key. */
export interface Fault extends Refusal {
  readonly path: readonly (string | number)[]
  readonly isKey?: boolean
}

/** The plan around an adapter, as far as it may know it. */
export interface Surroundings {
  /** Folder of the plan file. */
  readonly folder: string
  /** Variables that a target is written; absent while the plan has errors that hide them. */
  readonly variables?: readonly string[]
}

/** An id of a user, and where it was found: `line 3 of ids.txt`. */
export interface KnownId {
  readonly id: string
  readonly place: string
}

/** A row of `doctor`. */
export interface Advice {
  readonly level: 'ok' | 'warning'
  readonly text: string
  readonly hint?: string
}

/** Reads one number, or counters, from one source. A throw is a missing reading; it never judges what it read. */
export interface MetricAdapter<Options> {
  readonly options: Schema<Options>
  read(options: Options, loan: Loan): Promise<Measured>
  /**
   * Returns what its readings are; a gauge unless told, undefined where only they tell. Counts of two groups are compared
   * only where it says so. Pure.
   */
  measures?(options: Options): Measures | undefined
  /** Returns how far back one reading looks by itself: 5 minutes for `rate(…[5m])`. Pure. */
  looksBack?(options: Options): Duration
  /**
   * Yields what `read` would have given at every step of the span, oldest first, with the step as the time of the
   * sample; only where the source remembers. A throw ends it. `loan.signal` is the user's: there is no deadline for the
   * whole.
   */
  history?(options: Options, span: Span, loan: Loan): AsyncIterable<Past>
  /** Returns what is wrong with the options in this plan, each at its path in them. Asks nobody. */
  check?(options: Options, plan: Surroundings): readonly Fault[]
  /** Returns the server it asks, so that `doctor` compares its clock with this machine's. Pure. */
  asks?(options: Options): Server | undefined
  /** Returns what `doctor` should say of the options. Pure. */
  advise?(options: Options): readonly Advice[]
  /** Resolves to when toggles were last answered, by what an application with the SDK counts; nothing where there is none. */
  lastAnswered?(options: Options, loan: Loan): Promise<readonly LastAnswered[]>
}

/** When a toggle was last answered on, and when off; a side that never was, as far as is known, is absent. */
export interface LastAnswered {
  /** The variable of the toggle. */
  readonly toggle: string
  readonly on?: Instant
  readonly off?: Instant
  /** From when on the source knows of every answer of it: what is absent was not answered since. Absent where nobody can say. */
  readonly since?: Instant
  /** Those that count it do so now: what nobody asks for is not merely unheard of. */
  readonly isCurrent?: true
}

/** An HTTP server. */
export interface Server {
  readonly url: string
  /** Nothing is sent to a link-local address. */
  readonly blockLinkLocal?: boolean
}

/** Whom of a channel a message did not reach, in one line. */
export interface Missed {
  readonly missed: string
}

/**
 * Tells people or systems. A throw is an attempt that failed, and its message is shown to people; with `refused: true` on
 * the error it would fail again, and what comes after it does not wait; `retryAfter` is how long to wait, in milliseconds.
 * After a crash the same message may come again, with the same `message.id`.
 */
export interface NotifyAdapter<Options> {
  readonly options: Schema<Options>
  /** Resolves to whom it `missed` although others were told, in words for people; to nothing where it reached all. */
  send(options: Options, message: Message, loan: Loan): Promise<Missed | void>
  /** Returns what is wrong with the options in this plan, each at its path in them. Asks nobody. */
  check?(options: Options, plan: Surroundings): readonly Fault[]
  /**
   * Looks without sending, for `doctor --notify`, where a test message would change something. Resolves to what it
   * found.
   */
  probe?(options: Options, loan: Loan): Promise<string>
}

/** Times in the past: `from`, and every `step` (at least 1 ms) after it that is not after `to`. */
export interface Span {
  readonly from: Instant
  readonly to: Instant
  readonly step: Duration
}

/** A reading as it was at one time. */
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
