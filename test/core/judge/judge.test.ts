import { describe, expect, it } from 'vitest'
import { describe as said } from '../../../src/core/judge/describe.ts'
import type { Track } from '../../../src/core/judge/track.ts'
import type { Reading } from '../../../src/core/values/reading.ts'
import type { Metric } from '../../../src/core/plan/metric.ts'
import { judgeNext, type Judged } from '../../helpers/counted.ts'
import { gone, metric, MINUTE, NOW, ratio, rule, track, value } from '../../helpers/core.ts'

/** Judges readings one after another, a minute apart; `gap` is time nobody watched. */
function watchAll(of: Metric, ...readings: readonly (Reading | 'gap')[]): Track {
  let elapsed: number | undefined
  let judged: Judged = {}
  for (const reading of readings) {
    if (reading === 'gap') elapsed = undefined
    else {
      judged = judgeNext(of, judged, reading, elapsed)
      elapsed = MINUTE
    }
  }
  if (!judged.track) throw new Error('no reading')
  return judged.track
}

const UNKNOWN: readonly (readonly [string, readonly Reading[], string, Partial<Metric>?])[] = [
  ['NaN', [value(Number.NaN)], 'not-finite'],
  ['+Inf', [value(Infinity)], 'not-finite'],
  ['-Inf', [value(-Infinity)], 'not-finite'],
  ['stale', [value(0, NOW - 2 * MINUTE - 1)], 'stale'],
  ['from the future', [value(0, NOW + MINUTE + 1)], 'future'],
  ['of no time', [value(0, Number.NaN)], 'malformed'],
  ['missing', [gone], 'unreachable'],
  ['a counter seen once', [ratio(0, 100)], 'first-poll'],
  ['no traffic', [ratio(0, 100), ratio(0, 100)], 'no-traffic'],
  ['few samples', [ratio(0, 100), ratio(0, 299)], 'few-samples', { minSamples: 200 }],
  ['a value with few samples', [{ is: 'value', value: 0, samples: 199 }], 'few-samples', { minSamples: 200 }],
  ['a value with NaN samples', [{ is: 'value', value: 0, samples: Number.NaN }], 'few-samples'],
  ['more bad than total', [ratio(0, 100), ratio(30, 110)], 'impossible'],
  ['no series', [ratio(0, 1), { is: 'ratio', bad: {}, total: {} }], 'empty'],
  ['a NaN total', [ratio(0, 100), ratio(0, Number.NaN)], 'not-finite'],
  ['a NaN bad', [ratio(0, 100), ratio(Number.NaN, 500)], 'not-finite'],
  ['a negative counter', [ratio(0, 100), ratio(-1, 500)], 'not-finite'],
  ['a counter after a NaN first', [ratio(0, Number.NaN), ratio(0, 500)], 'first-poll'],
  ['a counter that has just fallen', [ratio(0, 1000), ratio(0, 10)], 'reset'],
  ['a counter that falls and is back', [ratio(0, 1000), ratio(0, 500), ratio(0, 1010)], 'in-turn'],
  ['only an +Inf bucket', [buckets({ '+Inf': 0 }), buckets({ '+Inf': 9 })], 'not-finite'],
  ['a quantile beyond the last bucket', [buckets({ '0.01': 0, '+Inf': 0 }), buckets({ '0.01': 1, '+Inf': 9 })], 'impossible'],
  [
    'a quantile that is not a number',
    [buckets({ '1': 0, '+Inf': 0 }, Number.NaN), buckets({ '1': 9, '+Inf': 9 }, Number.NaN)],
    'not-finite',
  ],
]

function buckets(counts: Readonly<Record<string, number>>, quantile = 0.95): Reading {
  return { is: 'quantile', quantile, buckets: Object.fromEntries(Object.entries(counts).map(([le, count]) => [le, { a: count }])) }
}

describe('no evidence is never good news', () => {
  it.each(UNKNOWN.map(([name, readings, reason, more = {}]) => ({ name, readings, reason, more })))(
    '$name',
    ({ readings, reason, more }) => {
      const { success: _s, warning: _w, ...rest } = metric(more)
      for (const of of [metric(more), rest]) {
        expect(watchAll(of, ...readings)).toMatchObject({ verdict: 'unknown', met: false, missing: { reason } })
      }
    },
  )

  it('convicts on a quantile beyond the last bucket when that is bad already', () =>
    expect(watchAll(metric(), buckets({ '1': 0, '+Inf': 0 }), buckets({ '1': 1, '+Inf': 9 })).verdict).toBe('critical'))
})

const slow = metric({ critical: { when: rule('> 5%'), for: 2 * MINUTE }, warning: { when: rule('> 2%'), for: 2 * MINUTE } })
const bad = value(0.06)
const uneasy = value(0.03)
const so = value(0.015)
const good = value(0.001)
const { success: _, ...unaimed } = metric()

const VERDICTS: readonly (readonly [string, Metric, readonly (Reading | 'gap')[], Track['verdict'], boolean])[] = [
  ['good', metric(), [good], 'healthy', true],
  ['between success and warning', metric(), [so], 'healthy', false],
  ['exactly at the threshold', metric(), [value(0.05)], 'warning', false],
  ['warning', metric(), [uneasy], 'warning', false],
  ['critical', metric(), [bad], 'critical', false],
  ['critical for too short a time is a warning', slow, [bad, bad], 'warning', false],
  ['critical long enough', slow, [bad, bad, bad], 'critical', false],
  ['a good value in between begins it again', slow, [bad, good, bad, bad], 'warning', false],
  ['a missing value in between begins it again', slow, [bad, gone, bad, bad], 'warning', false],
  ['a gap begins it again', slow, [bad, 'gap', bad, bad], 'warning', false],
  ['a warning for too short a time is not met', slow, [uneasy, uneasy], 'healthy', false],
  ['a warning long enough', slow, [uneasy, uneasy, uneasy], 'warning', false],
  ['recovers only with success', metric(), [uneasy, so], 'warning', false],
  ['recovers with success', metric(), [uneasy, good], 'healthy', true],
  ['silence is no recovery', metric(), [uneasy, gone, so], 'warning', false],
  ['long silence is none either', metric(), [uneasy, gone, gone, 'gap', so], 'warning', false],
  ['and success is one', metric(), [uneasy, gone, good, so], 'healthy', false],
  ['without success, by a margin', unaimed, [uneasy, value(0.019)], 'warning', false],
  ['without success, beyond the margin', unaimed, [uneasy, value(0.017)], 'healthy', true],
  ['without a warning before, no margin', unaimed, [value(0.019)], 'healthy', true],
  ['counts', metric(), [ratio(0, 1000), ratio(30, 2000)], 'warning', false],
  ['the first error creates its series', metric(), [{ is: 'ratio', bad: {}, total: { a: 1000 } }, ratio(100, 2000)], 'critical', false],
  ['a reset counter', metric(), [ratio(500, 1000), ratio(6, 100), ratio(12, 200)], 'critical', false],
  [
    'a series that vanished and came back',
    metric(),
    [ratio(9, 1000), { is: 'ratio', bad: {}, total: { a: 2000 } }, ratio(9, 3000)],
    'healthy',
    true,
  ],
  ['a failed poll between counters', metric(), [ratio(0, 1000), gone, ratio(100, 2000)], 'critical', false],
]

describe('verdicts', () => {
  it.each(VERDICTS)('%s', (_name, of, readings, verdict, met) => expect(watchAll(of, ...readings)).toMatchObject({ verdict, met }))

  it('carries its counts', () =>
    expect(watchAll(metric(), ratio(0, 0), ratio(94, 1204))).toMatchObject({ bad: 94, total: 1204, samples: 1204 }))
  it('counts silence', () => expect(watchAll(metric(), gone, gone, gone).unknownFor).toBe(2 * MINUTE))
  it('counts no silence that nobody watched', () => expect(watchAll(metric(), gone, gone, 'gap', gone).unknownFor).toBe(0))
  it('remembers a bounded number of bins', () => {
    const many = Array.from({ length: 500 }, (_each, nth) => ratio(0, nth))
    expect(watchAll(metric({ window: 9e9 }), ...many)).toMatchObject({ total: 499, bins: { length: expect.any(Number) } })
    expect(watchAll(metric({ window: 9e9 }), ...many).bins.length).toBeLessThanOrEqual(64)
  })
  it('judges the same after a trip through JSON', () => {
    const once = watchAll(slow, bad, gone, bad)
    const twice: Track = JSON.parse(JSON.stringify(once))
    expect(judgeNext(slow, { track: twice }, bad, MINUTE)).toEqual(judgeNext(slow, { track: once }, bad, MINUTE))
  })
})

describe('a reading that looks back', () => {
  const back = metric({ looksBack: 5 * MINUTE })
  /** Reads values a minute apart, the step being so old at the first. */
  const at = (...values: readonly (readonly [watched: number, value: number])[]): Track => {
    let judged: Judged = {}
    for (const [watched, of] of values) judged = judgeNext(back, judged, value(of), MINUTE, NOW, undefined, watched * MINUTE)
    if (!judged.track) throw new Error('no reading')
    return judged.track
  }
  it.each<[string, readonly (readonly [number, number])[], string, string | undefined]>([
    ['says nothing of a younger step', [[4, 0]], 'unknown', 'looks-back'],
    ['says it once the step is as old', [[5, 0]], 'healthy', undefined],
    [
      'of before the step convicts nobody',
      [
        [1, 0.5],
        [2, 0.5],
      ],
      'unknown',
      'looks-back',
    ],
    [
      'turns critical: that is the step',
      [
        [1, 0],
        [2, 0.5],
      ],
      'critical',
      undefined,
    ],
    [
      'was critical on the way, and was calm since',
      [
        [1, 0.5],
        [2, 0],
        [3, 0.5],
      ],
      'critical',
      undefined,
    ],
  ])('%s', (_, values, verdict, reason) => {
    const track = at(...values)
    expect([track.verdict, track.missing?.reason]).toEqual([verdict, reason])
  })
  it('is no silence while the step is young', () => expect(at([1, 0], [2, 0], [3, 0]).unknownFor).toBe(0))
})

describe('between success and warning', () => {
  it('says for how long', () => expect(watchAll(metric(), so, so, so)).toMatchObject({ met: false, unmetFor: 2 * MINUTE }))
  it('ends with success', () => expect(watchAll(metric(), so, so, good)).not.toHaveProperty('unmetFor'))
})

describe('what a value counted', () => {
  const { warning: _, ...alerts } = metric({ success: rule('< 1'), critical: { when: rule('> 1'), for: 0 } })
  const firing = (count: number, note?: string): Reading => ({ is: 'value', value: count, ...(note !== undefined && { note }) })

  it.each<[readonly Reading[], string]>([
    [[firing(2, 'HighErrorRate ×2')], '2 > 1: HighErrorRate ×2'],
    [[firing(1, 'SlowCheckout')], '1, needs < 1: SlowCheckout'],
    [[firing(2, 'HighErrorRate ×2'), firing(0)], '0 < 1'],
    [[firing(2, 'HighErrorRate ×2'), gone], 'unreachable: refused'],
  ])('is said with it, and only with it: %#', (readings, text) => {
    expect(said(alerts, watchAll(alerts, ...readings))).toBe(text)
  })
})

it.each([
  [0, '7.8% > 5% (94 of 1204)'],
  [MINUTE, '7.8% > 5%, for 20s of 1m (94 of 1204)'],
])('a critical value that has to last %d ms says how long it has', (lasting, text) => {
  const { warning: _, ...lasts } = metric({ critical: { when: { op: '>', threshold: 0.05, unit: '%' }, for: lasting } })
  expect(said(lasts, track({ verdict: 'warning', met: false, value: 0.078, bad: 94, total: 1204, criticalFor: 20_000 }))).toBe(text)
})
