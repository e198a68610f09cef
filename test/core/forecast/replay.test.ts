import { describe, expect, it } from 'vitest'
import { episodesOf, openReplay, replay, type Episode, type Replay } from '../../../src/core/forecast/replay.ts'
import type { Plan } from '../../../src/core/plan/plan.ts'
import type { Reading } from '../../../src/core/values/reading.ts'
import { BOTH_GROUPS, gone, metric, MINUTE, NOW, phase, plan, ratio, rule, value } from '../../helpers/core.ts'

/** One reading a minute, judged by `errors`. */
function replayed(readings: readonly Reading[], of: Plan = plan()): Replay {
  let now = openReplay(of, 'errors', MINUTE)
  if (!now) throw new Error('no phase is judged by errors')
  for (const [nth, reading] of readings.entries()) {
    const at = NOW + nth * MINUTE
    now = replay(now, { at, reading: reading.is === 'value' ? { ...reading, at } : reading })
  }
  return now
}

/** `rollback 2-4 errors …`: the minutes are those from the first reading. */
function told({ does, at, until, text }: Episode): string {
  return `${does} ${(at - NOW) / MINUTE}-${(until - NOW) / MINUTE} ${text}`
}

const values = (...numbers: readonly number[]): Reading[] => numbers.map((number) => value(number))
const times = (count: number, reading: Reading): Reading[] => Array.from({ length: count }, () => reading)

describe('a week that was', () => {
  const slow = plan({ metrics: { errors: metric({ critical: { when: rule('> 5%'), for: 2 * MINUTE } }) } })
  const cases: readonly (readonly [what: string, readings: readonly Reading[], episodes: readonly string[], of?: Plan])[] = [
    ['well', values(0.001, 0.002, 0.001), []],
    ['critical once', values(0, 0, 0.08, 0), ['rollback 2-2 errors 8% > 5%']],
    ['critical for three minutes', values(0, 0.08, 0.12, 0.06, 0), ['rollback 1-3 errors 8% > 5%']],
    ['critical twice', values(0.08, 0, 0.09), ['rollback 0-0 errors 8% > 5%', 'rollback 2-2 errors 9% > 5%']],
    ['critical, but not for long enough', values(0.08, 0.08, 0), [], slow],
    ['critical for long enough', values(0.08, 0.08, 0.08, 0), ['rollback 2-2 errors 8% > 5% for 2m'], slow],
    ['a warning that passes', values(0.03, 0.03, 0.03, 0.03, 0.03, 0), []],
    ['a warning that lasts', [...values(0), ...times(8, value(0.03)), ...values(0)], ['pause 6-8 errors 3% > 2%']],
    ['a warning that becomes worse', [...times(7, value(0.03)), ...values(0.09, 0.03, 0)], ['rollback 7-8 errors 9% > 5%']],
    ['silent for less than patience', [...values(0), ...times(5, gone), ...values(0)], []],
    ['silent for longer', [...values(0), ...times(8, gone), ...values(0)], ['pause 6-8 errors unreachable: refused']],
    ['silent before anything was recorded', [...times(20, gone), ...values(0, 0)], []],
    ['never recorded', times(20, gone), []],
    ['still going on at the end', values(0, 0.08), ['rollback 1-1 errors 8% > 5%']],
  ]
  for (const [what, readings, episodes, of] of cases) it(what, () => expect(episodesOf(replayed(readings, of)).map(told)).toEqual(episodes))

  it('says by which counts, and the worst until it was well', () => {
    const all = [ratio(0, 0), ratio(0, 1000), ratio(100, 2000), ratio(400, 3000), ratio(400, 9000), ratio(400, 90_000)]
    const [only, second] = episodesOf(replayed(all))
    expect(second).toBeUndefined()
    expect(only).toMatchObject({
      text: 'errors 13.3% > 5% (400 of 3000)',
      at: NOW + 3 * MINUTE,
      value: 400 / 3000,
      bad: 400,
      total: 3000,
      worst: 400 / 3000,
      unit: '%',
    })
  })

  it('keeps the worst in the direction of the rule', () => {
    const of = plan({
      metrics: {
        errors: metric({ success: rule('> 9'), warning: { when: rule('< 8'), for: 0 }, critical: { when: rule('< 5'), for: 0 } }),
      },
    })
    expect(episodesOf(replayed(values(10, 4, 2, 3, 10), of))).toMatchObject([{ does: 'rollback', value: 4, worst: 2 }])
  })
})

describe('phases', () => {
  const three = plan({
    phases: [
      phase({ id: 'one' }),
      phase({ id: 'two', onCritical: 'pause', onWarning: 'hold' }),
      phase({ id: 'three', onCritical: 'step-back', onWarning: 'step-back' }),
      phase({ id: 'four', metrics: [] }),
    ],
  })
  it.each<readonly [what: string, readings: readonly Reading[], phases: object]>([
    ['critical', values(0.09), { one: 'rollback', two: 'pause', three: 'step-back' }],
    ['a warning', times(8, value(0.03)), { one: 'pause', three: 'step-back' }],
  ])('each answers %s its own way', (_, readings, phases) => {
    expect(episodesOf(replayed(readings, three)).map((each) => each.phases)).toEqual([phases])
  })

  it('a metric no phase is judged by is not replayed', () => {
    expect(openReplay(plan({ phases: [phase({ metrics: [] })] }), 'errors', MINUTE)).toBeUndefined()
  })

  it('a step far from the interval of the plan is still a watch', () => {
    const often = plan({ interval: 1000 })
    expect(episodesOf(replayed([...values(0), ...times(8, value(0.03))], often)).map(told)).toEqual(['pause 6-8 errors 3% > 2%'])
  })

  it('groups are not told apart: nobody had the change', () => {
    const compared = plan({ metrics: { errors: metric({ measures: BOTH_GROUPS }) } })
    const at = (nth: number): Reading => ({
      is: 'ratio',
      bad: { a: 0 },
      total: { a: 1000 * nth },
      groups: { on: { bad: { a: nth * 500 }, total: { a: nth * 500 } }, off: { bad: { b: 0 }, total: { b: nth * 500 } } },
    })
    expect(episodesOf(replayed([0, 1, 2, 3, 4, 5, 6, 7, 8].map(at), compared))).toEqual([])
  })
})
