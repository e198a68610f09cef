import { describe, expect, it } from 'vitest'
import { DEFAULTS } from '../../../src/core/evidence/policy.ts'
import { forecast, type End } from '../../../src/core/forecast/forecast.ts'
import { guaranteesOf } from '../../../src/core/forecast/guarantee.ts'
import type { Evidence, Plan } from '../../../src/core/plan/plan.ts'
import { BOTH_GROUPS, metric, MINUTE, phase, plan } from '../../helpers/core.ts'

const steps = [10, 50, 100].map((to) => ({ to, hold: 10 * MINUTE }))
const { success: _s, warning: _w, critical: _c, ...errors } = metric({ measures: BOTH_GROUPS })
const paced = (pace: Evidence['pace']): Plan =>
  plan({ metrics: { errors }, phases: [phase({ steps, evidence: { pace, policy: DEFAULTS } })] })

/** How many of so many made-up rollouts end so: the real watch and the real policy, poll by poll. */
function share(of: Plan, end: End, traffic: number, baseline: number, bad: number, runs: number): number {
  const made = forecast(of, { traffic, baseline, errors: bad, latency: 1 }, 11)
  return Array.from({ length: runs }, () => made.next().value).filter((run) => run?.end === end).length / runs
}

describe('what is promised', () => {
  it('is said of each metric once: compared, held to a rate, or judged by its readings', () => {
    const of = plan({
      metrics: {
        errors,
        held: metric({ measures: { what: 'failures', groups: 1 } }),
        load: metric({ measures: { what: 'gauge' } }),
        slow: metric({ measures: { what: 'latency', groups: 1, quantile: 0.9 } }),
      },
      phases: [phase({ steps, metrics: ['errors', 'held', 'load', 'slow'], evidence: { pace: 'clock', policy: DEFAULTS } })],
    })
    const said = guaranteesOf(of).map(({ compared, single, counted, numbers }) => [
      Object.keys(compared),
      Object.keys(single),
      counted,
      numbers,
    ])
    expect(said).toEqual([[['errors'], ['held'], ['slow'], ['load']]])
  })
})

describe('what plan promises is what comes out', () => {
  it.each([
    ['clock', 10, 0.005, 20],
    ['clock', 100, 0.005, 60],
    ['clock', 1000, 0.0005, 60],
    ['evidence', 100, 0.005, 60],
  ] as const)('by %s, at %i/s and %f of errors', (pace, traffic, baseline, runs) => {
    const of = paced(pace)
    const { alpha, beta, critical, tolerance } = guaranteesOf(of)[0]?.evidence?.policy ?? DEFAULTS
    expect(share(of, 'complete', traffic, baseline, baseline * critical, runs)).toBeLessThanOrEqual(beta)
    if (traffic > 10) expect(share(of, 'rolled back', traffic, baseline, baseline * tolerance, runs)).toBeLessThanOrEqual(alpha)
  })

  it('four times hardly anything reaches nobody either', () => {
    expect(share(paced('clock'), 'complete', 100, 0.0001, 0.0004, 40)).toBeLessThanOrEqual(DEFAULTS.beta)
  })
})
