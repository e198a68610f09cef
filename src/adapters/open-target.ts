import type { Fence, Refusal, Words } from '../core/ports.ts'
import type { Duration } from '../core/values/units.ts'

/** A target of the plan with its adapter found and its options checked. */
export interface OpenTarget {
  readonly name: string
  read(variables: readonly string[], signal: AbortSignal): Promise<Words>
  write(words: { readonly [variable: string]: string }, fence: Fence, signal: AbortSignal): Promise<void>
  /** The epochs it holds, one of each place that it is; none where it cannot hold any. */
  epochs(signal: AbortSignal): Promise<readonly number[]>
  /** How long a write may still land after whoever sent it has ended; 0 where older ones are refused. */
  readonly settle: Duration
  /** Text that may hold what came from the environment, fit to be shown. */
  shown(text: string): string
  /** What to type to do the same by hand. */
  byHand(words: { readonly [variable: string]: string }): readonly string[]
  /** Why it could never hold this word of this variable; undefined when it can. */
  readonly refuses?: (variable: string, word: string) => Refusal | undefined
}
