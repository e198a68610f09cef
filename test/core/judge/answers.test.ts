import { describe, expect, it } from 'vitest'
import { answersAfter, isNews, useOf, type Told } from '../../../src/core/judge/answers.ts'
import { MINUTE, NOW } from '../../helpers/core.ts'

const told = (...rows: readonly object[]): Told => ({ source: 'errors', rows: rows.map((row) => ({ toggle: 'OLD', ...row })) })
const now = { isCurrent: true } as const

describe('the use of a toggle', () => {
  it.each<[is: string, told: readonly Told[], use: object]>([
    ['its newest answer', [told({ on: 5, off: 90, ...now }), told({ on: 7, ...now })], { last: 7 }],
    ['when counting began, where it never was answered', [told({ off: 90, since: 4, ...now })], { last: 4, isNever: true }],
    ['since every source counts', [told({ off: 1, since: 4, ...now }), told({ off: 1, since: 6, ...now })], { last: 6, isNever: true }],
    [
      'not before a source that saw none began to count, whatever another saw',
      [told({ on: 5, since: 1, ...now }), told({ off: 9, since: 8, ...now })],
      { last: 8, isNever: true },
    ],
    ['the newest answer, where all count for longer', [told({ on: 5, ...now }), told({ off: 9, since: 2, ...now })], { last: 5 }],
    [
      'not known where one cannot say since when it counts',
      [told({ on: 5, ...now }), told({ off: 9, ...now })],
      { unknown: 'it is not told since when it is counted' },
    ],
    ['not known where nobody counts it', [told({ toggle: 'OTHER', on: 5, ...now })], { unknown: 'no application counts it' }],
    ['not known where nothing is asked', [], { unknown: 'no application counts it' }],
    ['not known by counts of yesterday', [told({ on: 5 })], { unknown: 'errors has no counts of now' }],
    ['not known by one of two sources', [told({ on: 5, ...now }), told({ on: 5 })], { unknown: 'errors has no counts of now' }],
    [
      'not known while one source is silent',
      [told({ on: 5, ...now }), { source: 'latency', problem: 'is gone' }],
      { unknown: 'latency is gone' },
    ],
    ['not known without a beginning', [told({ off: 9, ...now })], { unknown: 'it is not told since when it is counted' }],
    ['not known by a time that is none', [told({ on: 1e300, ...now })], { unknown: 'it is not told since when it is counted' }],
  ])('is %s', (_, all, use) => expect(useOf('OLD', all)).toEqual(use))
})

describe('asking again', () => {
  const [used, quiet, unknown] = [{ last: NOW - MINUTE }, { last: NOW - 9 * MINUTE }, { unknown: 'gone' }]
  it('remembers who was in use at the step', () => {
    const first = answersAfter(undefined, { A: used, B: quiet, C: unknown }, 9 * MINUTE, NOW)
    expect(first.used).toEqual(['A'])
    expect(answersAfter(first, { A: unknown, B: used }, 9 * MINUTE, NOW).used).toEqual(['A', 'B'])
  })
  it('is news where one is in use, and where something comes to be known or is no longer', () => {
    const of = (use: object) => answersAfter(undefined, { A: use as typeof used }, MINUTE * 5, NOW)
    expect([of(quiet), of(used), of(unknown)].map((each) => isNews(undefined, each))).toEqual([true, true, true])
    expect([of(quiet), of(used), of(unknown), undefined].map((each) => isNews(of(quiet), each))).toEqual([false, true, true, false])
  })
})
