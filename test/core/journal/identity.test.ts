import { describe, expect, it } from 'vitest'
import { evolve } from '../../../src/core/journal/fold.ts'
import { identityOf, isSameIdentity, lineageOf } from '../../../src/core/journal/identity.ts'
import { next, NOW, plan, stamp, started } from '../../helpers/core.ts'

const BEGUN = started(plan())
const HASH = '0123456789abcdef0123456789abcdef'

describe('the identity of a rollout', () => {
  it('is its name, its environment and the hash of its first event', () => {
    const begun = stamp({ type: 'started', plan: plan({ environment: 'production' }), digest: '', files: {}, baseline: {} })
    const state = evolve(undefined, { ...begun, hash: HASH })
    expect(state && identityOf(state)).toEqual({ name: plan().name, environment: 'production', lineage: '0123456789ab' })
  })

  it('stays as the journal grows, and when it is started again in it', () => {
    const again = { type: 'started', plan: plan(), digest: '', files: {}, baseline: { A: 100 } } as const
    const why = { code: 'operator', text: 'so' } as const
    const complete = next(BEGUN, { type: 'completed', why })
    expect(identityOf(next(complete, again))).toEqual(identityOf(BEGUN))
    expect(next(complete, again).startedAt).toBeGreaterThan(NOW)
  })

  it('is another one where name, environment or lineage differ', () => {
    const one = { name: 'shop', environment: 'production', lineage: lineageOf({ hash: HASH }) }
    expect(isSameIdentity(one, { ...one })).toBe(true)
    expect(isSameIdentity(one, { ...one, name: 'cart' })).toBe(false)
    expect(isSameIdentity(one, { ...one, environment: 'staging' })).toBe(false)
    expect(isSameIdentity(one, { name: one.name, lineage: one.lineage })).toBe(false)
    expect(isSameIdentity(one, { ...one, lineage: 'ffffffffffff' })).toBe(false)
  })
})
