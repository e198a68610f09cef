import { rampAt } from './comparison.ts'
import { UNSEEN, enterStepAlone, evolveAlone, findingAlone, type Alone } from '../evidence/alone.ts'
import type { Group } from '../evidence/likelihood.ts'
import { limitsOf, type Policy } from '../evidence/policy.ts'
import { odds } from '../evidence/sentence.ts'
import { stepsOf } from '../plan/steps.ts'
import type { Metric, Phase, Plan } from '../plan/plan.ts'
import { formatFraction } from '../values/units.ts'

/** Two groups compared; one group against a threshold by evidence; a reading against a threshold. */
export type Judge = 'comparison' | 'one group' | 'threshold'

/** What one group is held to where there is no other to compare it with. */
export interface Standard {
  /** The change it is about: `phase/TOGGLE`. */
  readonly of: string
  /** The `critical` threshold, 0–1. */
  readonly rate: number
  readonly policy: Policy
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
 * Returns what one group is held to; undefined for what counts no failures, or has a group beside it, or where no
 * `evidence:` is written.
 */
export function standardAt(plan: Plan, phase: Phase, cursor: number, name: string): Standard | undefined {
  const metric = plan.metrics[name]
  const rate = metric && boundOf(metric)
  if (!phase.evidence || rate === undefined) return undefined
  const of = `${phase.id}/${stepsOf(plan)[cursor]?.moves.join('+') ?? ''}`
  return { of, rate, policy: { ...phase.evidence.policy, ...metric?.evidence, shares: [] } }
}

/** Returns who judges a metric at a step. Where two groups are compared, its thresholds stay beside that. */
export function judgeOf(plan: Plan, phase: Phase, cursor: number, name: string): Judge {
  if (rampAt(plan, cursor)?.metrics[name]) return 'comparison'
  return standardAt(plan, phase, cursor, name) ? 'one group' : 'threshold'
}

/** Returns the rate that evidence of one group can be about. */
export function boundOf({ measures, critical }: Metric): number | undefined {
  if (measures.what !== 'failures' || measures.groups === 2 || !critical) return undefined
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
 * the step before does not.
 */
export function enterSingle(standard: Standard | undefined, before: Single | undefined): Single | undefined {
  return standard && before?.of === standard.of ? found(standard, enterStepAlone(before.alone)) : undefined
}

/** Describes the evidence of one group: `above 5%, 99% sure: evidence 296:1, limit 100`. */
export function describeSingle({ is, evidence, limit, atMost }: Single, rate: number): string {
  const bound = formatFraction(rate)
  const against = `evidence ${odds(evidence)}:1, limit ${odds(limit)}`
  if (is === 'above') return `above ${bound}, ${formatFraction(1 - 1 / limit)} sure: ${against}`
  if (is === 'below') return `at most ${formatFraction(atMost)}: ${against}`
  return `at most ${formatFraction(atMost)} so far, ${bound} is not ruled out: ${against}`
}

function found({ of, rate, policy }: Standard, alone: Alone): Single {
  return { of, alone, limit: limitsOf(policy).harm, ...findingAlone(alone, rate, policy) }
}
