import { rampAt } from './comparison.ts'
import { UNSEEN, enterStepAlone, evolveAlone, findingAlone, type Alone } from '../evidence/alone.ts'
import type { Group } from '../evidence/likelihood.ts'
import { DEFAULTS, limitsOf, type Policy } from '../evidence/policy.ts'
import { stepsOf } from '../plan/steps.ts'
import { comparedBy, type Metric } from '../plan/metric.ts'
import type { Phase, Plan } from '../plan/plan.ts'

/** Two groups compared; failures of one group against a threshold by evidence; a reading against a threshold. */
export type Judge = 'comparison' | 'one group' | 'threshold'

/** What the failures of one group are held to: everybody, or those with the change where they are told apart. */
export interface Standard {
  /** The change it is about: `phase/TOGGLE`. */
  readonly of: string
  /** The `critical` threshold, 0–1. */
  readonly rate: number
  readonly policy: Policy
  /** A step up waits until the rate is shown to be no higher. */
  readonly isAwaited: boolean
}

/** The evidence about one group against its standard. Plain data: it lives in the journal. */
export interface Single {
  readonly of: string
  readonly alone: Alone
  /**
   * Above the threshold (1 − α sure, over the whole change), at most the threshold (1 − β sure, at this step), or
   * neither yet.
   */
  readonly is: 'above' | 'below' | 'open'
  /** How many to one that the rate is above, and from how many on that is enough. */
  readonly evidence: number
  readonly limit: number
  /** Upper bound of the rate at this step, 1 − β sure. */
  readonly atMost: number
}

/**
 * Returns what one group is held to; undefined for what counts no failures, and where the plan lets a reading decide.
 * Steps wait for good news of it where `evidence:` is written and there is no comparison to give them.
 */
export function standardAt(plan: Plan, phase: Phase, cursor: number, name: string): Standard | undefined {
  const metric = plan.metrics[name]
  const rate = metric && boundOf(metric)
  if (!metric || rate === undefined) return undefined
  const of = `${phase.id}/${stepsOf(plan)[cursor]?.moves.join('+') ?? ''}`
  const policy = { ...(phase.evidence?.policy ?? DEFAULTS), ...metric.evidence, shares: [] }
  return { of, rate, policy, isAwaited: phase.evidence !== undefined && comparedBy(metric) === undefined }
}

/** Returns who judges a metric at a step. Where two groups are compared, its rules stay beside that. */
export function judgeOf(plan: Plan, phase: Phase, cursor: number, name: string): Judge {
  if (rampAt(plan, cursor)?.metrics[name]) return 'comparison'
  return standardAt(plan, phase, cursor, name) ? 'one group' : 'threshold'
}

/** Returns the rate that evidence of one group can be about. */
function boundOf({ measures, critical }: Metric): number | undefined {
  if (measures.what !== 'failures' || !critical || critical.by === 'threshold') return undefined
  const { op, threshold } = critical.when
  return op.startsWith('>') && threshold > 0 && threshold < 1 ? threshold : undefined
}

/** Returns what is known after one more poll; a poll without a request says nothing. */
export function weighSingle(standard: Standard, before: Single | undefined, group: Group): Single {
  const known = before?.of === standard.of ? before.alone : UNSEEN
  const isEmpty = group.total === 0 && group.bad === 0
  return found(standard, isEmpty ? known : evolveAlone(known, group, standard.rate, standard.policy.eventsPerCause))
}

/**
 * Returns what is known as another step begins: what speaks against the change goes on, what was shown of its rate at
 * the step before does not. What has convicted it has been answered: it speaks of the step that was left.
 */
export function enterSingle(standard: Standard | undefined, before: Single | undefined): Single | undefined {
  return standard && before?.of === standard.of && before.is !== 'above' ? found(standard, enterStepAlone(before.alone)) : undefined
}

function found({ of, rate, policy }: Standard, alone: Alone): Single {
  return { of, alone, limit: limitsOf(policy).harm, ...findingAlone(alone, rate, policy) }
}
