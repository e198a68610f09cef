import { expect, test } from 'vitest'
import { faultOf, faultOfHistogram, gap, isLost, type Gap } from '../../../src/core/evidence/gap.ts'

test.each([
  [{ total: 10, bad: 0 }, undefined],
  [{ total: 10, bad: 10 }, undefined],
  [{ total: 10, bad: 11 }, '11 bad of 10'],
  [{ total: 10, bad: -1 }, '-1 bad of 10: a count below zero'],
  [{ total: -1, bad: -1 }, '-1 bad of -1: a count below zero'],
  [{ total: Number.NaN, bad: 0 }, '0 bad of NaN'],
  [{ total: 2 ** 60, bad: 0 }, `0 bad of ${2 ** 60}`],
  [{ total: 2 ** 53 - 1, bad: 0 }, undefined],
])('%j is wrong: %s', (group, said) => {
  expect(faultOf(group)).toBe(said)
})

test.each([
  [{ '0.25': 5, '0.5': 9, '+Inf': 10 }, undefined],
  [{ '0.25': 5, '0.5': 4, '+Inf': 10 }, '4 requests in bucket 0.5, 5 below it'],
  [{ '0.25': -1, '+Inf': 10 }, '-1 requests in bucket 0.25, 0 below it'],
  [{ '0.25': 5 }, 'no +Inf bucket'],
  [{ fast: 5, '+Inf': 10 }, '5 requests in bucket fast, 0 below it'],
])('%j is wrong: %s', (histogram, said) => {
  expect(faultOfHistogram(histogram)).toBe(said)
})

const SILENT: Pick<Gap, 'reason' | 'group' | 'detail'> = { reason: 'silent', group: 'on', detail: 'no request' }

test('a gap grows while it is the same, and another one begins anew', () => {
  const first = gap(undefined, SILENT, 60_000, 4)
  const second = gap(first, SILENT, 60_000, 4)
  expect(second).toEqual({ ...SILENT, polls: 2, lasted: 120_000, expected: 8 })
  const anew = { polls: 1, lasted: 60_000, expected: 0 }
  expect(gap(second, { ...SILENT, reason: 'unread' }, 60_000)).toEqual({ ...SILENT, reason: 'unread', ...anew })
  expect(gap(second, { ...SILENT, group: 'off' }, 60_000)).toEqual({ ...SILENT, group: 'off', ...anew })
})

test.each<[polls: number, lasted: number, group: Gap['group'], expected: number, isGone: boolean]>([
  [1, 180_000, 'off', 0, false],
  [2, 179_999, 'off', 0, false],
  [2, 180_000, 'off', 0, true],
  [2, 180_000, 'both', 0, true],
  [2, 180_000, 'on', 9, false],
  [2, 180_000, 'on', 10, true],
])('%i polls of %i ms without the group %s, %i requests expected: gone for good is %s', (polls, lasted, group, expected, isGone) => {
  expect(isLost({ ...SILENT, group, polls, lasted, expected })).toBe(isGone)
})
