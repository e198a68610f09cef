import { z } from 'zod'
import { IMPACTS, PROBABILITIES, type Contingency, type ContingencyScope, type Risk } from '../core/values/risk.ts'
import { exposure, id, name } from './values.ts'

/* Risks and contingencies as people write them. That the names in them exist is for core/check/risks.ts to say. */

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

/** One shape for all of them: of two alternatives neither could say what is wrong with a key of the other. */
export const contingency = z
  .strictObject({
    text: text.optional().describe('What it is for'),
    do: z.enum(['rollback', 'reduce']),
    scope: z.enum(['phase', 'all']).optional().describe('rollback: the phase under way (the default), or every toggle to its default'),
    toggles: z.array(z.string()).min(1).optional().describe('rollback: only these, and what requires them; core toggles stay unless named'),
    to: exposure.optional().describe('reduce: the phase under way, down to this share of the users'),
    notify: z.array(name).default([]).describe('Channels that are told then, whatever else they listen to; other names are for people'),
  })
  .transform(({ text: about, notify, ...written }, context): Contingency => {
    const scope = scopeOf(written)
    if (!('wrong' in scope)) return { ...(about !== undefined && { text: about }), scope, notify }
    context.addIssue({ code: 'custom', message: scope.wrong, params: { hint: scope.hint } })
    return z.NEVER
  })

interface Written {
  readonly do: 'rollback' | 'reduce'
  readonly scope?: 'phase' | 'all' | undefined
  readonly toggles?: readonly string[] | undefined
  readonly to?: number | undefined
}

function scopeOf({ do: what, scope, toggles, to }: Written): ContingencyScope | { readonly wrong: string; readonly hint: string } {
  if (what === 'reduce') {
    if (to === undefined || scope || toggles) return { wrong: 'reduce needs to, and nothing else', hint: '{ do: reduce, to: 5% }' }
    return { is: 'to', to }
  }
  if (to !== undefined) return { wrong: 'rollback goes back all the way: to belongs to reduce', hint: '{ do: reduce, to: 5% }' }
  if (toggles && scope) return { wrong: 'scope and toggles exclude each other', hint: 'give one of them' }
  return toggles ? { is: 'toggles', toggles } : { is: scope ?? 'phase' }
}
