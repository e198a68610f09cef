import { describe, expect, it } from 'vitest'
import { DEFAULTS } from '../../../src/core/evidence/policy.ts'
import { forecastBad } from '../../../src/core/forecast/bad-release.ts'
import { forecast } from '../../../src/core/forecast/forecast.ts'
import { decidingStepOf, type Flow } from '../../../src/core/forecast/outlook.ts'
import { playableAt } from '../../../src/core/forecast/ramp.ts'
import type { Evidence, Plan } from '../../../src/core/plan/plan.ts'
import { BOTH_GROUPS, metric, MINUTE, phase, plan, rule } from '../../helpers/core.ts'

const { success: _s, warning: _w, ...bare } = metric({ measures: BOTH_GROUPS })
const errors = { ...bare, critical: { when: rule('> 5%'), for: 0 } }
const steps = [10, 50, 100].map((to) => ({ to, hold: 10 * MINUTE }))
const paced = (pace: Evidence['pace'], settle = 0): Plan =>
  plan({ metrics: { errors }, phases: [phase({ settle, steps, evidence: { pace, policy: DEFAULTS } })] })

const BASELINE = 0.005
const failing = (perSecond: number, rate = BASELINE): readonly Flow[] => [{ metric: 'errors', perSecond, rate }]

function foretold(of: Plan, flows: readonly Flow[], takes = 10 * MINUTE): ReturnType<typeof forecastBad> {
  const step = decidingStepOf(of, 'core')
  if (!step) throw new Error('nothing is compared')
  return forecastBad(of, playableAt(of, step.index, step.ramp, takes), flows)
}

/** What comes of the same release in rollouts of the engine, from its first user on: two polls pass before that. */
function played(of: Plan, traffic: number, errorsThen: number, runs: number) {
  const made = forecast(of, { traffic, baseline: BASELINE, errors: errorsThen, latency: 1 }, 29)
  const all = Array.from({ length: runs }, () => made.next().value)
  const lasted = all.map(({ end, after }) => (end === 'rolled back' ? after - 2 * MINUTE : Infinity)).toSorted((a, b) => a - b)
  const mean = (key: 'exposed' | 'failed'): number => all.reduce((sum, each) => sum + each[key], 0) / runs
  return {
    median: lasted[Math.ceil(runs * 0.5) - 1],
    within90: lasted[Math.ceil(runs * 0.9) - 1],
    exposed: mean('exposed'),
    failed: mean('failed'),
  }
}

describe('what is foretold of a bad release', () => {
  it.each([
    ['evidence', 100, 0, 'least', 80],
    ['clock', 100, 0, 'least', 80],
    ['clock', 100, 5 * MINUTE, 'least', 80],
    ['evidence', 10, 0, 'critical', 200],
    ['clock', 10, 0, 'critical', 200],
  ] as const)(
    'by %s at %i/s, settling for %i, as bad as the %s, is what comes of it in the engine',
    (pace, perSecond, settle, as, runs) => {
      const of = paced(pace, settle)
      const found = foretold(of, failing(perSecond)).find((each) => each.as === as)
      const engine = played(of, perSecond, found?.rate ?? 0, runs)
      expect(found).toMatchObject({ metric: 'errors', times: as === 'least' ? 1.5 : 10, runs: 40 })
      for (const key of ['median', 'within90', 'exposed', 'failed'] as const) {
        const share = (found?.[key] ?? 0) / (engine[key] ?? 0)
        expect(share, key).toBeGreaterThan(0.65)
        expect(share, key).toBeLessThan(1.55)
      }
    },
  )
  it('is no sooner than it is where thresholds are weighed beside it', () => {
    const nervous = { ...errors, critical: { ...errors.critical, when: rule('> 2%'), by: 'threshold' as const } }
    const of = plan({ ...paced('evidence'), metrics: { errors: nervous } })
    const [, critical] = foretold(of, failing(10))
    expect(critical).toMatchObject({ as: 'critical', rate: 0.02, times: 4 })
    expect(played(of, 10, 0.02, 100).median).toBeLessThan(critical?.median ?? 0)
  })

  it('says how often nobody can tell, and how often it reaches everybody', () => {
    const [seldom] = foretold(paced('evidence'), failing(1))
    expect(seldom?.rolledBack).toBeLessThan(20)
    expect(seldom?.asked).toBeGreaterThan(20)
    expect([seldom?.median, seldom?.within90]).toEqual([undefined, undefined])
    // What is negligible is taken for no harm: the least that is not is worse then.
    const of = plan({ ...paced('evidence'), metrics: { errors: { ...errors, evidence: { negligible: 0.01 } } } })
    expect(foretold(of, failing(100)).map(({ as, times }) => [as, times])).toEqual([
      ['least', 3],
      ['critical', 10],
    ])
  })

  it('is about slow requests where no failures are counted, and about nothing where nothing is bad', () => {
    const slow = metric({ measures: { what: 'latency', groups: 2, quantile: 0.95 } })
    const of = plan({ ...paced('evidence'), metrics: { errors: slow } })
    const [least, ...more] = foretold(of, [{ metric: 'errors', le: '0.5', perSecond: 100, rate: 0.01 }])
    expect(least).toMatchObject({ as: 'least', le: '0.5', times: 1.5, rate: 0.015 })
    expect(more).toEqual([])
    expect(foretold(paced('evidence'), failing(100, 0))).toEqual([])
    expect(foretold(paced('evidence'), [])).toEqual([])
  })

  it('is not about more than all that fail, nor about what is critical where that is less than the least', () => {
    expect(foretold(paced('evidence'), failing(100, 0.8))).toEqual([])
    expect(foretold(paced('evidence'), failing(100, 0.05)).map(({ as }) => as)).toEqual(['least'])
  })

  it('is polled as a rollout is where it shows within a few polls', () => {
    const of = { ...paced('evidence'), interval: 10_000 }
    const [least, critical] = foretold(of, failing(100), 60 * MINUTE)
    expect((least?.median ?? 0) % MINUTE).toBe(0)
    expect(critical?.median).toBeLessThan(MINUTE)
  })
})
