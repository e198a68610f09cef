import { formatFraction, type Duration } from '../values/units.ts'

/** What the evidence is weighed against. Frozen into the plan. */
export interface Policy {
  /** A ratio of up to this is no harm: 1.1 is 10 % more failures. At least 1. */
  readonly tolerance: number
  /** A ratio of this or more must not be completed. Greater than `tolerance`. */
  readonly critical: number
  /** How often a release within the tolerance may be rolled back, over the whole rollout. 0–1. */
  readonly alpha: number
  /** How often a critical release may be completed. 0–1. */
  readonly beta: number
  /** Harm a step may do before it is noticed, as time of full outage. The knob between speed and exposed requests. */
  readonly maxHarm: Duration
  /** Failed requests a single cause makes: retries + 1. */
  readonly eventsPerCause: number
  /** How long whatever makes the ratio wander lasts: a minute, unless the window of the metric is shorter. */
  readonly wandersFor?: Duration
  /** A rate this little higher (0–1) is no harm, whatever the ratio; see `negligibleAt` where it is not written. */
  readonly negligible?: number
  /**
   * The exposures that have a toggle-off group beside them, in order, as shares 0–1 (exclusive). 100 % has none: what
   * goes there is decided at the last of these.
   */
  readonly shares: readonly number[]
  /** Metrics with bounds of their own. α, β and harm are about the whole decision, and no metric's. */
  readonly metrics?: { readonly [metric: string]: Bounds }
}

/** What one metric may be weighed against instead. */
export type Bounds = Partial<Pick<Policy, 'tolerance' | 'critical' | 'eventsPerCause' | 'negligible' | 'wandersFor'>>

/** The part of a policy that a plan writes; the rest follows from its steps and metrics. */
export type WrittenPolicy = Omit<Policy, 'shares' | 'metrics'>

/** Returns the policy with the metric's own bounds in it. */
export function policyFor(policy: Policy, metric: string): Policy {
  const own = policy.metrics?.[metric]
  return own ? { ...policy, ...own } : policy
}

/** The defaults, for a ladder of shares. */
export const DEFAULTS: WrittenPolicy = {
  tolerance: 1.1,
  critical: 1.5,
  alpha: 0.01,
  beta: 0.05,
  maxHarm: 5000,
  eventsPerCause: 1,
}

/** Where the plan does not say what is negligible: rates, and a part of the rate with the toggle off. */
export const NEGLIGIBLE = { most: 0.001, part: 0.5, least: 0.0001 }

/** Says what to write where more may be negligible than is now. */
export function describeEnough(metric: string, negligible: number): string {
  return `where ${points(negligible)} points more are no harm, evidence: { negligible: ${formatFraction(negligible)} } under ${metric} is enough`
}

/** Formats a difference of rates in percentage points: `0.1`. */
export function points(rate: number): string {
  return String(Number((100 * rate).toPrecision(2)))
}

/**
 * Returns how much higher than with the toggle off (0–1) a rate may be and be no harm. Half of what there is would be
 * nothing where nothing fails, and nobody could ever show that: one request in 10,000 always is.
 */
export function negligibleAt(rate: number, { negligible }: Pick<Policy, 'negligible'>): number {
  return negligible ?? Math.min(NEGLIGIBLE.most, Math.max(NEGLIGIBLE.least, NEGLIGIBLE.part * rate))
}

/** The evidence (how many to one) from which each decision follows. */
export interface Limits {
  /** The release is worse than tolerated. */
  readonly harm: number
  /** Worth a pause. */
  readonly suspicion: number
  /** Half of β for the ratio of failures … */
  readonly proof: number
  /** … and for each bucket all of it: they are proven all together or not at all. */
  readonly bucketProof: number
  /** For the bound a step up needs, and for the other half of β. */
  readonly step: number
  readonly last: number
}

/** Returns how many to one is enough for each decision: 100, 10, 40, 20, 20 and 40 by default. */
export function limitsOf({ alpha, beta }: Pick<Policy, 'alpha' | 'beta'>): Limits {
  return { harm: 1 / alpha, suspicion: 0.1 / alpha, proof: 2 / beta, bucketProof: 1 / beta, step: 1 / beta, last: 2 / beta }
}
