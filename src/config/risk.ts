import { z } from 'zod'
import { IMPACTS, PROBABILITIES, type Contingency, type Risk } from '../core/risk.ts'
import { exposure, id, name } from './values.ts'

/* Risks and contingencies as people write them. That the names in them exist is for core/contingency.ts to say. */

const text = z.string().min(1).max(2000)

export const risk = z
  .strictObject({
    text: text.describe('What may go wrong'),
    probability: z.enum(PROBABILITIES),
    impact: z.enum(IMPACTS).describe('Level = probability × impact; a critical one needs a contingency'),
    owner: name.optional().describe('Who answers for it'),
    mitigation: text.optional().describe('What makes it less likely, done beforehand'),
    metrics: z.array(id).optional().describe('By which it would be noticed'),
    contingency: id.optional().describe('What is done when it has come true'),
  })
  .transform(({ owner, mitigation, metrics, contingency, ...rest }): Risk => ({
    ...rest,
    ...(owner !== undefined && { owner }),
    ...(mitigation !== undefined && { mitigation }),
    ...(metrics && { metrics }),
    ...(contingency !== undefined && { contingency }),
  }))

const common = {
  text: text.optional().describe('What it is for'),
  notify: z.array(name).default([]).describe('People and channels to be told'),
}

const contingencyShape = z.discriminatedUnion('do', [
  z.strictObject({
    ...common,
    do: z.literal('rollback'),
    scope: z.enum(['phase', 'all']).optional().describe('phase: the one under way (the default). all: every toggle to its default'),
    toggles: z.array(z.string()).min(1).optional().describe('Only these, and what requires them; core toggles stay unless named'),
  }),
  z.strictObject({ ...common, do: z.literal('reduce'), to: exposure.describe('The phase under way, down to this share of the users') }),
])

export const contingency = contingencyShape.transform((written, context): Contingency => {
  const { text: about, notify } = written
  const rest = { ...(about !== undefined && { text: about }), notify }
  if (written.do === 'reduce') return { ...rest, scope: { is: 'to', to: written.to } }
  if (written.scope === undefined)
    return { ...rest, scope: written.toggles ? { is: 'toggles', toggles: written.toggles } : { is: 'phase' } }
  if (!written.toggles) return { ...rest, scope: { is: written.scope } }
  context.addIssue({
    code: 'custom',
    message: 'scope and toggles exclude each other',
    path: ['scope'],
    params: { hint: 'give one of them' },
  })
  return z.NEVER
})
