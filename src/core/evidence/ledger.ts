import type { Duration, Instant } from '../values/units.ts'
import type { Histogram } from './buckets.ts'
import type { Gap } from './gap.ts'
import { UNKNOWN, type Failing, type Normal } from './normal.ts'
import type { HeldBack } from './poll.ts'
import { FRESH, type EvidenceStream } from './stream.ts'

/** One stream with what is normal for it. */
export interface Entry {
  readonly metric: string
  /** The bucket beyond which a request is slow; absent for failed requests. */
  readonly le?: string
  readonly stream: EvidenceStream
  readonly normal: Normal
}

/** All evidence about one rollout. Plain data, a fold over its polls: it lives in the journal. */
export interface Ledger {
  /** When its newest poll was, on the clock of its polls, which begins at 0 with it. */
  readonly at: Instant
  readonly step: number
  /** How long it has been watched. */
  readonly lasted: Duration
  /** Polls at this step; those of them that counted. */
  readonly polls: number
  readonly counted: number
  readonly errors: readonly string[]
  readonly latency: readonly string[]
  readonly entries: readonly Entry[]
  /** Metric → requests of the toggle-off group so far, until its buckets are chosen. */
  readonly unchosen: { readonly [metric: string]: Histogram }
  readonly gaps: { readonly [metric: string]: Gap }
  readonly held: HeldBack
  /** Until an incident in the toggle-off group is forgotten; 0 when there is none. */
  readonly cooling: Duration
  /** The stream the incident showed in, and how bad it was against normal. */
  readonly incident?: Failing & { readonly stream: string }
  /** Why the newest poll was not taken at all. */
  readonly refused?: string
}

/** Nothing is held back until the other group has moved. */
export const NOTHING_HELD: HeldBack = { errors: {}, latency: {} }

/** Opens an empty ledger over these metrics. They are fixed now: weights of evidence may not depend on it. */
export function openLedger(errors: readonly string[], latency: readonly string[]): Ledger {
  return {
    at: 0,
    step: 0,
    lasted: 0,
    polls: 0,
    counted: 0,
    errors,
    latency,
    entries: errors.map((metric) => ({ metric, stream: FRESH, normal: UNKNOWN })),
    unchosen: Object.fromEntries(latency.map((metric) => [metric, {}])),
    gaps: {},
    held: NOTHING_HELD,
    cooling: 0,
  }
}

/** Returns the name of an entry for people: `error_rate`, `latency > 0.25`. */
export function nameOf({ metric, le }: Entry): string {
  return le === undefined ? metric : `${metric} > ${le}`
}

/**
 * Returns the ledger after a person has looked: the polls of the step start over, and what is normal is learned anew.
 */
export function resume(ledger: Ledger): Ledger {
  const { incident: _i, ...rest } = ledger
  const entries = ledger.entries.map((entry) => ({ ...entry, normal: UNKNOWN }))
  return { ...rest, entries, lasted: 0, polls: 0, counted: 0, gaps: {}, held: NOTHING_HELD, cooling: 0 }
}
