import { z } from 'zod'
import type { CommonShape } from './own-options.ts'
import { durationSchema, fraction, id, pause, rule, span, variable } from './values.ts'

/* What a step is judged by, as people write it: a metric, and how the two groups are compared. */

const bareRule = rule.transform((when) => ({ when, for: 0 }))
const timed = { when: rule, for: durationSchema.optional().transform((held) => held ?? 0) }
const timedRule = z.union([bareRule, z.strictObject(timed)])
const criticalRule = z.union([
  bareRule,
  z.strictObject({ ...timed, by: z.literal('threshold').optional().describe('A reading decides, also where requests are counted') }),
])

export const evidence = z.strictObject({
  pace: z.enum(['evidence', 'clock']).optional().describe('evidence: a step ends when enough is known; clock: when its hold is over'),
  tolerance: z.number().min(1).max(100).optional().describe('Up to this many times as bad is no harm (1.1)'),
  critical: z.number().gt(1).max(1000).optional().describe('This many times as bad must not reach everybody (1.5)'),
  alpha: fraction.optional().describe('How often a tolerable release may be rolled back, over the whole rollout (1%)'),
  beta: fraction.optional().describe('How often a critical one may reach everybody (5%)'),
  maxHarm: span.optional().describe('Harm a step may do before it is noticed, as time of full outage (5s)'),
  eventsPerCause: z.int().min(1).max(100).optional().describe('Failed requests one cause makes: retries + 1 (1)'),
  negligible: fraction
    .optional()
    .describe(
      'A rate this little higher is no harm, whatever the ratio (the least of 0.1% and half the rate with the toggle off; 0.01% always is)',
    ),
})

const bounds = z.strictObject({
  tolerance: evidence.shape.tolerance,
  critical: evidence.shape.critical,
  eventsPerCause: evidence.shape.eventsPerCause,
  negligible: evidence.shape.negligible,
})

/** Every key of a metric that is not its adapter's own. */
export const METRIC_KEYS = {
  use: z.string().min(1).describe('An adapter, or the path of your own: ./mine.mjs'),
  unit: z
    .enum(['percent', 'share', 'ms'])
    .optional()
    .describe('What a number is that rules in % or in time are about: 25 or 0.25 for 25 % (share), 250 for 250ms (seconds)'),
  toggle: variable.optional().describe('The toggle that on: and off: tell apart; whichever moves, unless told'),
  evidence: bounds.optional().describe('Bounds of its own: tolerance, critical, eventsPerCause, negligible; the rest is the phase’s'),
  success: rule.optional().describe('Needed to go on: "< 1%"'),
  warning: timedRule.optional().describe('Holds, then pauses: "> 2%"'),
  critical: criticalRule
    .optional()
    .describe('Rolls back: "> 5%", or { when, for, by }; of counted failures once it is no chance, 99% sure'),
  contingency: id.optional().describe('What is done when it is critical, instead of onCritical'),
  minSamples: z.int().min(0).default(100).describe('Requests needed at a step before a ratio or a quantile is believed'),
  onNoData: z.enum(['hold', 'pause', 'rollback', 'ignore']).default('hold').describe('What missing data does'),
  window: span
    .optional()
    .describe('How far back a ratio or a quantile looks (1m); under a minute it also says that groups differ by chance for no longer'),
  maxAge: span.optional().describe('An older sample is stale (2m)'),
  timeout: pause.optional().describe('Deadline of one reading, retries included (10s)'),
} satisfies CommonShape<'metrics'>
