import type { Advice, Asked, Effect, Fence, KnownId, Refusal, Words } from '../core/ports.ts'
import type { Mark } from '../core/toggle/mark.ts'
import type { Duration } from '../core/values/units.ts'

/** A target of the plan with its adapter found and its options checked. */
export interface OpenTarget {
  readonly name: string
  read(variables: readonly string[], signal: AbortSignal): Promise<Words>
  /** `held`: what it is known to hold, which need not be sent. */
  write(words: { readonly [variable: string]: string }, fence: Fence, signal: AbortSignal, held?: Words): Promise<void>
  /** The marks it holds, of every place that it is; none where it cannot hold any. */
  marks(signal: AbortSignal): Promise<readonly Mark[]>
  /** How long a write may still land after its sender has ended; 0 where older ones are refused. */
  readonly settle: Duration
  /** How long a read may still show the word from before a write. */
  readonly lag: Duration
  /** How long a read or a write of so many variables takes at most. */
  deadline(variables: number): Duration
  /** Text that may hold what came from the environment, fit to be shown. */
  shown(text: string): string
  /** Returns what to type to do the same by hand; where nobody can say it, what must be held then. Never throws. */
  byHand(words: { readonly [variable: string]: string }, fence: Pick<Fence, 'epoch'>): readonly string[]
  /** Why it could never hold this word of this variable; undefined when it can. */
  readonly refuses?: (variable: string, word: string) => Refusal | undefined
  /** When the application runs with a new word; undefined where nobody knows. */
  readonly effect?: Effect
  /** Whom a read asks; the place where it is not told. */
  readonly asked?: Asked
  /** Looks whether it could be written, without writing. Throws what stands in the way; returns what else is to be said. */
  readonly probe?: (signal: AbortSignal) => Promise<readonly Advice[]>
  /** Reads every variable there, also those of nobody's plan; absent where the place cannot be looked through. */
  readonly holds?: (signal: AbortSignal) => Promise<Words>
  /** Returns what there is to say of it, given the user ids that are known. */
  readonly advise?: (ids: readonly KnownId[]) => readonly Advice[]
}
