import { describe, expect, it } from 'vitest'
import { weigh } from '../../../src/core/judge/comparison.ts'
import { compareNext, type Compared } from '../../helpers/counted.ts'
import { DEFAULTS } from '../../../src/core/evidence/policy.ts'
import { flowsIn, flowsOf, outlookOf, type Flow } from '../../../src/core/forecast/outlook.ts'
import { summarize } from '../../../src/core/report/summary.ts'
import { seeded } from '../../../src/core/forecast/synthetic/chance.ts'
import { simulate } from '../../../src/core/forecast/synthetic/traffic.ts'
import { BOTH_GROUPS, metric, MINUTE, NOW, phase, plan, state, toggle, track, watch } from '../../helpers/core.ts'
import { situationOf } from '../../../src/core/policy/situation.ts'

const steps = [10, 50, 100].map((to) => ({ to, hold: 30 * MINUTE }))
const shop = plan({ metrics: { errors: metric({ measures: BOTH_GROUPS }) }, phases: [phase({ steps })] })
const clocked = plan({ ...shop, phases: [phase({ steps, evidence: { pace: 'clock', policy: DEFAULTS } })] })
const halfway = plan({ ...shop, phases: [phase({ steps: steps.slice(0, 2), evidence: { pace: 'clock', policy: DEFAULTS } })] })
const lenient = plan({ ...shop, metrics: { errors: metric({ measures: BOTH_GROUPS, evidence: { negligible: 0.001 } }) } })
const flow = (perSecond: number, rate = 0.005): Flow => ({ metric: 'errors', perSecond, rate })

describe('how long it will take', () => {
  it.each<[string, ReturnType<typeof plan>, Flow, object]>([
    ['enough traffic', shop, flow(100), { share: 0.5, ratio: 1.5, given: 240 * MINUTE, pace: 'evidence' }],
    ['too little for 240 polls', shop, flow(1), { within: expect.closeTo(1.9, 0) }],
    ['waited for beyond the hold', clocked, flow(10), { given: 240 * MINUTE, pace: 'evidence', beyond: 30 * MINUTE }],
    [
      'too little for the hold of a last step that does not reach everybody',
      halfway,
      flow(10),
      { given: 30 * MINUTE, pace: 'clock', within: expect.closeTo(2, 0) },
    ],
    ['a bound is enough where nothing fails', shop, flow(100, 0), { takes: expect.closeTo(21 * MINUTE, -6) }],
    ['and soon where a little more is nothing', lenient, flow(100, 0), { takes: 2 * MINUTE }],
    ['a way on where it is too long', shop, flow(4, 0), { takes: expect.closeTo(408 * MINUTE, -7), negligible: 0.001 }],
    ['which is none where little more is nothing already', lenient, flow(1), { negligible: 0.01 }],
  ])('%s', (_, of, given, outlook) => expect(outlookOf(of, 'core', [given])).toMatchObject(outlook))

  it('never, without traffic', () => {
    expect(outlookOf(shop, 'core', [flow(0)])?.takes).toBeUndefined()
    expect(outlookOf(shop, 'core', [])).toBeUndefined()
    expect(outlookOf(plan(), 'core', [flow(100)])).toBeUndefined()
  })

  it('is that of the slowest metric, by its own bounds, and each toggle has its part of what is planned', () => {
    const of = plan({
      toggles: { A: toggle(), B: toggle({ variable: 'B' }) },
      metrics: {
        errors: metric({ measures: BOTH_GROUPS, evidence: { critical: 4 } }),
        slow: metric({ measures: { what: 'latency', groups: 2, quantile: 0.95 } }),
      },
      phases: [phase({ steps, toggles: ['A', 'B'], metrics: ['errors', 'slow'], planned: { min: MINUTE, max: 10 * MINUTE } })],
    })
    const slow: Flow = { metric: 'slow', le: '0.5', perSecond: 1, rate: 0.01 }
    expect(outlookOf(of, 'core', [flow(100), slow])).toMatchObject({ metric: 'slow', le: '0.5', ratio: 1.5, given: 5 * MINUTE })
    expect(outlookOf(of, 'core', [flow(1)])).toMatchObject({ metric: 'errors', ratio: 4 })
  })

  it.each([10, 100, 1000])('at %i/s it takes about as long as was foretold', (perSecond) => {
    const foretold = (outlookOf(shop, 'core', [flow(perSecond)])?.takes ?? 0) / MINUTE
    const took = Array.from({ length: 21 }, (_, seed) => minutesAt50(perSecond, seed)).toSorted((a, b) => a - b)[10] ?? 0
    expect(took / foretold).toBeGreaterThan(0.4)
    expect(took / foretold).toBeLessThan(2.5)
  })
})

/** Minutes until a good release is complete at 50 %. */
function minutesAt50(perSecond: number, seed: number): number {
  const traffic = simulate({ name: '', errors: 0.005 }, perSecond, seeded(seed))
  const sums = { on: { bad: 0, total: 0 }, off: { bad: 0, total: 0 } }
  let compared: Compared = {}
  for (let minute = 0; ; minute += 1) {
    const now = traffic(0.5)
    for (const group of ['on', 'off'] as const) {
      sums[group].bad += now[group].bad
      sums[group].total += now[group].total
    }
    const series = ({ bad, total }: { bad: number; total: number }) => ({ bad: { a: bad }, total: { a: total } })
    compared = compareNext(shop, 1, compared, {
      errors: { is: 'ratio', bad: {}, total: {}, groups: { on: series(sums.on), off: series(sums.off) } },
    })
    const { comparison } = compared
    const is = weigh({ plan: shop, cursor: 1, watch: { ...(comparison && { comparison }) } })?.finding.do
    if (is === 'complete' || minute > 1000) return minute
  }
}

describe('the traffic', () => {
  it('is that of both groups while they are compared', () => {
    let compared: Compared = {}
    for (let nth = 0; nth <= 4; nth += 1)
      compared = compareNext(shop, 0, compared, {
        errors: {
          is: 'ratio',
          bad: {},
          total: {},
          groups: {
            on: { bad: { a: nth }, total: { a: 600 * nth } },
            off: { bad: { a: 27 * nth }, total: { a: 5400 * nth } },
          },
        },
      })
    const { comparison } = compared
    const now = state({ plan: shop, watch: watch({ errors: track() }, { ...(comparison && { comparison }) }) })
    expect(flowsOf(situationOf(now, NOW))).toEqual([{ metric: 'errors', perSecond: 100, rate: 0.005 }])
    expect(summarize(situationOf(now, NOW)).outlook).toMatchObject({ phase: 'core', share: 0.5, perSecond: 100 })
    expect(summarize(situationOf({ ...now, status: 'paused' }, NOW)).outlook).toBeUndefined()
  })

  it('is everybody’s before', () => {
    const bins = [
      { for: MINUTE, counts: { bad: 3, total: 600 } },
      { for: MINUTE, counts: { bad: 3, total: 600 } },
    ]
    const now = state({ plan: shop, cursor: -1, exposures: {}, watch: watch({ errors: track({ bins }) }) })
    expect(flowsOf(situationOf(now, NOW))).toEqual([{ metric: 'errors', perSecond: 10, rate: 0.005 }])
  })

  it('of a histogram is what is slower than its buckets of a tenth and a hundredth', () => {
    const all = { '0.1': 500, '0.25': 900, '0.5': 990, '+Inf': 1000 }
    expect(flowsIn('slow', { '+Inf': 100 }, all, 10)).toEqual([
      { metric: 'slow', le: '0.25', perSecond: 10, rate: 0.1 },
      { metric: 'slow', le: '0.5', perSecond: 10, rate: 0.01 },
    ])
    expect(flowsIn('slow', {}, {}, 10)).toEqual([])
  })
})
