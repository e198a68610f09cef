import { expect, test } from 'vitest'
import { describeNegligible } from '../../../src/core/evidence/describe-negligible.ts'
import { DEFAULTS, negligibleAt, policyFor } from '../../../src/core/evidence/policy.ts'

test.each([
  ['half of what fails with the toggle off', 0.0004, undefined, 0.0002],
  ['never more than 0.1 points', 0.02, undefined, 0.001],
  ['never less than 0.01 points', 0, undefined, 0.0001],
  ['what the plan says', 0.0004, 0.003, 0.003],
])('negligible is %s', (_, rate, negligible, is) => {
  expect(negligibleAt(rate, { ...(negligible !== undefined && { negligible }) })).toBeCloseTo(is, 12)
})

test('a metric may have bounds of its own, and has the others of the plan', () => {
  const policy = { ...DEFAULTS, shares: [0.1], metrics: { errors: { critical: 3, eventsPerCause: 4 } } }
  expect(policyFor(policy, 'errors')).toEqual({ ...policy, critical: 3, eventsPerCause: 4 })
  expect(policyFor(policy, 'latency')).toBe(policy)
})

test('and is said', () => {
  expect(describeNegligible({ negligible: 0.005 })).toBe('0.5 points')
  expect(describeNegligible({})).toBe(
    '0.1 points, or 50% of what fails with the toggle off where that is less, but never less than 0.01 points',
  )
})
