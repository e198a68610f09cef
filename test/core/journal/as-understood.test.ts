import { describe, expect, it } from 'vitest'
import type { Event } from '../../../src/core/journal/event.ts'
import { asUnderstood } from '../../../src/core/journal/as-understood.ts'
import { evolve } from '../../../src/core/journal/fold.ts'
import { next, plan, stamp, started, watch } from '../../helpers/core.ts'

const WHY = { code: 'operator', text: 'so' } as const
const event = (fact: object): Event => Object.assign({}, stamp({ type: 'resumed' }, { seq: 6, hash: '' }), fact)

describe('an event', () => {
  it.each([
    { type: 'intended', move: 'rollback', cursor: -1, exposures: { A: 0 }, why: WHY },
    { type: 'applied', intent: 2, target: 'web' },
    { type: 'arrived', intent: 2, missing: [], watch: watch() },
    { type: 'resumed' },
    { type: 'drilled', contingency: 'all', targets: { web: 'confirmed' } },
    { type: 'of a newer version' },
  ])('of which nothing is missing stays as it is: $type', (fact) => {
    const given = event(fact)
    expect(asUnderstood(given)).toBe(given)
  })

  it.each([
    [{ type: 'intended', move: 'rollback' }],
    [{ type: 'intended', move: 'rollback', exposures: { A: 0 }, why: WHY }],
    [{ type: 'intended', move: 'rollback', cursor: -1, exposures: { A: 'off' }, why: WHY }],
    [{ type: 'intended', move: 'rollback', cursor: -1, exposures: { A: 0 }, why: 'because' }],
    [{ type: 'arrived', intent: 2, missing: [], watch: null }],
    [{ type: 'paused' }],
    [{ type: 'observed', watch: { tracks: { errors: null } } }],
    [{ type: 'applied', intent: 2, targets: 7 }],
    [{ type: 'blocked', by: [null] }],
    [{ type: 'blocked', by: { web: 'down' } }],
    [{ type: 'attached', controller: null }],
    [{ type: 'moved', to: null }],
  ])('that says it in another way is one that this version does not know: %j', (fact) => {
    const before = next(started(plan({})), { type: 'paused', why: WHY })
    const after = evolve(before, event(fact))
    expect(after).toMatchObject({ status: 'paused', unknown: { seq: 7, kind: `${fact.type}, told otherwise` } })
    expect(after?.intent).toBeUndefined()
  })

  it('that begins a rollout in another way begins none', () => {
    expect(evolve(undefined, event({ type: 'started', plan: {} }))).toBeUndefined()
  })
})
