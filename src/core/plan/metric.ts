import type { Bounds } from '../evidence/policy.ts'
import type { Json } from '../values/json.ts'
import type { Measures } from '../values/reading.ts'
import type { Rule } from '../values/rule.ts'
import type { Duration } from '../values/units.ts'

export type OnNoData = 'hold' | 'pause' | 'rollback' | 'ignore'

/** A rule that must hold for some time without a gap before it counts. */
export interface TimedRule {
  readonly when: Rule
  readonly for: Duration
}

/** Where requests are counted, evidence says whether the rule holds: a reading of few is chance. */
export interface CriticalRule extends TimedRule {
  /** A reading is enough. */
  readonly by?: 'threshold'
}

export interface Metric {
  readonly use: string
  readonly options: { readonly [key: string]: Json }
  /** Said by its adapter when the plan was read. */
  readonly measures: Measures
  /** How far back one reading looks by itself, as `rate(…[5m])` does; said by its adapter. */
  readonly looksBack?: Duration
  /** What a number is that rules are about: 25 or 0.25 for 25 %, a share unless told; 250 for 250ms, seconds unless told. */
  readonly unit?: 'percent' | 'share' | 'ms'
  /** The toggle whose groups these are; whichever moves, unless told. */
  readonly toggle?: string
  /** Where it is weighed otherwise than the phase says. */
  readonly evidence?: Bounds
  /** Must hold for the `metrics` gate to open; without it, not being in warning is enough. */
  readonly success?: Rule
  readonly warning?: TimedRule
  readonly critical?: CriticalRule
  /** Key of `Plan.contingencies`: done when it is critical, instead of the phase's `onCritical`. */
  readonly contingency?: string
  /** Requests needed since the step was reached; only for metrics that count. */
  readonly minSamples: number
  readonly onNoData: OnNoData
  /** How far back a counting metric looks, never further than the start of the step. */
  readonly window: Duration
  /** A sample older than this is `missing: stale`. */
  readonly maxAge: Duration
  /** Deadline for one read, retries included. */
  readonly timeout: Duration
}

/**
 * Returns what is compared between the users with a toggle on and those with it off; undefined for one group or a
 * gauge.
 */
export function comparedBy({ measures }: Pick<Metric, 'measures'>): 'failures' | 'latency' | undefined {
  return measures.what === 'gauge' || measures.groups === 1 ? undefined : measures.what
}

/** Returns the rules of a metric, in the order of what they lead to. */
export function thresholdsOf({ success, warning, critical }: Pick<Metric, 'success' | 'warning' | 'critical'>): readonly Rule[] {
  return [success, warning?.when, critical?.when].filter((each) => each !== undefined)
}
