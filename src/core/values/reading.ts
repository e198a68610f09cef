import type { Instant } from './units.ts'

/** Series id → cumulative counter value since its process began. */
export type Series = { readonly [id: string]: number }

/** Failed requests and all of them. */
export interface Failures {
  readonly bad: Series
  readonly total: Series
}

/** The same counters of the requests with a toggle on, and of those with it off. */
export interface Groups<Counts> {
  readonly on: Counts
  readonly off: Counts
}

/** Whose counters they are, where that is known: all those of a process begin again together. */
interface Origins {
  /** All were read from one process, which began then. */
  readonly instance?: { readonly began: Instant }
  /** Series id → the process that counts it. */
  readonly instances?: { readonly [id: string]: string }
}

/** What a metric adapter measured. It reports, it never judges; a throw becomes `missing`. */
export type Measured =
  /** One number now: a gauge, or whatever a query computed. `note` says what it counted, on one line. */
  | { readonly is: 'value'; readonly value: number; readonly at?: Instant; readonly samples?: number; readonly note?: string }
  /** Cumulative counters; the judge takes the increments and handles resets. */
  | ({ readonly is: 'ratio'; readonly at?: Instant; readonly groups?: Groups<Failures> } & Failures & Origins)
  /** Cumulative histogram buckets: upper bound (`le`, seconds or whatever the unit is) → counters. */
  | ({
      readonly is: 'quantile'
      readonly quantile: number
      readonly buckets: { readonly [le: string]: Series }
      readonly at?: Instant
      readonly groups?: Groups<{ readonly [le: string]: Series }>
    } & Origins)

/**
 * What the readings of a metric are: failures among requests, how long they take (and at which quantile, 0–1), or one
 * number. `groups: 2` tells the requests with a toggle on from those with it off.
 */
export type Measures =
  | { readonly what: 'failures'; readonly groups: 1 | 2 }
  | { readonly what: 'latency'; readonly groups: 1 | 2; readonly quantile: number }
  | { readonly what: 'gauge' }

/** Why there is no reading. Absence is never zero. */
export type Missing =
  | 'unreachable'
  | 'timeout'
  | 'malformed'
  | 'partial'
  | 'empty'
  | 'several'
  | 'not-finite'
  | 'stale'
  | 'future'
  | 'impossible'
  | 'too-large'
  /** A counter fell, and it is not known yet whether its process began again. */
  | 'reset'
  /** Several processes answer in turn, or a sum of counters was read for one. */
  | 'in-turn'
  /** A counter was seen late, with a life behind it. */
  | 'late'
  /** It looks back to before the step. */
  | 'looks-back'
  /** The step has only just begun, and what it shows does not count yet. */
  | 'settling'
  | 'first-poll'
  | 'few-samples'
  | 'no-traffic'

/** A reading that there is none of, and why. */
export interface Absent {
  readonly is: 'missing'
  readonly reason: Missing
  readonly detail: string
  /** What to do about it, where its source knows. */
  readonly hint?: string
}

/** What the judge is given. */
export type Reading = Measured | Absent

/** Returns a reading that there is none of. */
export function absent(reason: Missing, detail: string): Absent {
  return { is: 'missing', reason, detail }
}

/** Thrown by a metric adapter that knows why there is no reading; any other throw is `unreachable`. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable'
  readonly reason: Missing

  constructor(reason: Missing, detail: string, options?: { readonly cause?: unknown }) {
    super(detail, options)
    this.reason = reason
  }
}
