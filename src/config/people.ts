import { z } from 'zod'
import { id, name, span } from './values.ts'

/** Schemas of the things people are asked for: to agree, and to see to items. */

const one = z.union([
  id.transform((group) => ({ group, count: 1 })),
  z
    .strictObject({
      group: id.describe('A key of approvers:'),
      count: z.int().min(1).max(20).default(1),
      by: z
        .literal('others')
        .optional()
        .describe('Two-person rule: who froze the plan (start, plan --accept) and who types the step do not count'),
      expires: span.optional().describe('How long it counts (for ever)'),
      signed: z.boolean().optional().describe('Only a signature of somebody in signers: counts'),
      covers: z.enum(['step', 'phase']).optional().describe('phase: given once, at any of its steps. step: each asks anew (step)'),
    })
    .transform(({ group, count, by, expires, signed, covers }) => ({
      group,
      count,
      ...(by && { by }),
      ...(expires !== undefined && { expires }),
      ...(signed === true && { signed }),
      ...(covers === 'phase' && { covers }),
    })),
])

/** One group, or several that must all agree. */
export const approval = z.union([
  one,
  z
    .array(one)
    .min(1)
    .max(10)
    .transform((groups) => (groups.length === 1 && groups[0] ? groups[0] : groups)),
])

export const concern = z.enum(['technical', 'business', 'operational']).describe('Whose matter it is')

export const item = z.strictObject({
  id: id.describe('What rollout approve ticks it by'),
  text: z.string().describe('What must have been done'),
  owner: name.optional().describe('Who sees to it; where it is a group of approvers, only they may tick it'),
  kind: concern.optional(),
  evidence: z.boolean().optional().describe('true: it cannot be ticked without --evidence'),
})
