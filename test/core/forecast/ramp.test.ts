import { describe, expect, it } from 'vitest'
import { DEFAULTS } from '../../../src/core/evidence/policy.ts'
import { forecast } from '../../../src/core/forecast/forecast.ts'
import { decidingStepOf, type Flow } from '../../../src/core/forecast/outlook.ts'
import { forecastRamp, playableAt, playRamp, type PlayableRamp } from '../../../src/core/forecast/ramp.ts'
import { seeded } from '../../../src/core/forecast/synthetic/chance.ts'
import type { Evidence, Plan } from '../../../src/core/plan/plan.ts'
import { BOTH_GROUPS, metric, MINUTE, phase, plan } from '../../helpers/core.ts'

const { success: _s, warning: _w, critical: _c, ...errors } = metric({ measures: BOTH_GROUPS })
const slow = metric({ measures: { what: 'latency', groups: 2, quantile: 0.95 } })
const paced = (pace: Evidence['pace'], settle = 0): Plan =>
  plan({
    metrics: { errors, slow },
    phases: [
      phase({
        settle,
        // As the last step is reached the played ramp is over.
        steps: [10, 50, 100].map((to) => ({ to, hold: to === 100 ? 0 : 10 * MINUTE })),
        evidence: { pace, policy: DEFAULTS },
      }),
    ],
  })
const flow = (perSecond: number, rate = 0.005): readonly Flow[] => [{ metric: 'errors', perSecond, rate }]

/** What the made-up application of a forecast does: ln of latency is normal, around 0.12 s, 0.6 wide. */
function world(perSecond: number): readonly Flow[] {
  const slower = { metric: 'slow', perSecond }
  return [...flow(perSecond), { ...slower, le: '0.25', rate: 0.1107 }, { ...slower, le: '0.5', rate: 0.0087 }]
}

function playable(of: Plan, takes = 60 * MINUTE): PlayableRamp {
  const step = decidingStepOf(of, 'core')
  if (!step) throw new Error('nothing is compared')
  return playableAt(of, step.index, step.ramp, takes)
}

/** Minutes in which made-up rollouts of the engine are complete, in order; `Infinity` for those that stop. */
function engineMinutes(of: Plan, perSecond: number, runs: number): readonly number[] {
  const made = forecast(of, { traffic: perSecond, baseline: 0.005, errors: 0.005, latency: 1 }, 23)
  const ends = Array.from({ length: runs }, () => made.next().value)
  return ends.map(({ end, after }) => (end === 'complete' ? after / MINUTE : Infinity)).toSorted((a, b) => a - b)
}

describe('the minutes that are foretold of a good release', () => {
  it.each([
    ['evidence', 100, 0, 80],
    ['clock', 100, 0, 80],
    ['evidence', 100, 5 * MINUTE, 80],
    ['clock', 10, 0, 40],
  ] as const)('by %s at %i/s, settling for %i, are those of the engine', (pace, perSecond, settle, runs) => {
    const { median = 0, within90 = 0 } = forecastRamp(playable(paced(pace, settle)), world(perSecond))
    const engine = engineMinutes(paced(pace, settle), perSecond, runs)
    for (const [foretold, part] of [
      [median, 0.5],
      [within90, 0.9],
    ] as const) {
      const took = engine[Math.ceil(runs * part) - 1] ?? 0
      expect(foretold / MINUTE / took, `${part}`).toBeGreaterThan(0.7)
      expect(foretold / MINUTE / took, `${part}`).toBeLessThan(1.45)
    }
  })

  it('count the wait for the samples that a metric needs', () => {
    const [core] = paced('evidence').phases
    if (!core) throw new Error('there is no phase')
    const steps = [1, 50, 100].map((to) => ({ to, hold: 0 }))
    const few = { ...paced('evidence'), metrics: { errors: { ...errors, minSamples: 200 }, slow }, phases: [{ ...core, steps }] }
    const ramp = playable(few)
    const { median = 0 } = forecastRamp(ramp, world(10))
    expect(median / MINUTE / (engineMinutes(few, 10, 40)[19] ?? 0)).toBeGreaterThan(0.85)
    // 200 of one in a hundred at 10/s.
    expect(median - (forecastRamp({ ...ramp, minSamples: 0 }, world(10)).median ?? 0)).toBeGreaterThan(20 * MINUTE)
    // At so little traffic nothing is heard for longer than patience.
    const silent = { ...ramp, interval: MINUTE, patience: 5 * MINUTE }
    expect(playRamp(silent, flow(0.001), 1, seeded(1))).toMatchObject({ end: 'undecided', lasted: 5 * MINUTE })
  })

  it('are not there where most good releases pause first and ask', () => {
    const { median, within90 } = forecastRamp(playable(paced('evidence')), flow(1))
    expect([median, within90]).toEqual([undefined, undefined])
  })

  it('do not hang on how often it is polled, where the proof takes long', () => {
    const often = { ...paced('evidence'), interval: 5000 }
    expect(playable(often).interval).toBe(MINUTE)
    expect(playable(often, 2 * MINUTE).interval).toBe(5000)
    expect(playable(paced('evidence'), MINUTE).interval).toBe(MINUTE)
  })
})

it('a bad release is rolled back, and does less where fewer have it', () => {
  const ramp = playable(paced('evidence'))
  const runs = Array.from({ length: 20 }, (_, seed) => playRamp(ramp, flow(100), 4, seeded(seed)))
  expect(new Set(runs.map(({ end }) => end))).toEqual(new Set(['rolled back']))
  expect(forecastRamp(ramp, flow(100), 4).median).toBeUndefined()
  const small = { ...ramp, holds: [0, 0, 0, 0], policy: { ...ramp.policy, shares: [0.01, 0.1, 0.2, 0.5] } }
  expect(forecastRamp(small, flow(100), 4).failed).toBeLessThan(forecastRamp(ramp, flow(100), 4).failed)
})

it('slow requests are weighed as failed ones are', () => {
  const late: readonly Flow[] = [{ metric: 'slow', le: '0.5', perSecond: 100, rate: 0.01 }]
  expect(forecastRamp(playable(paced('evidence')), late).median).toBeGreaterThan(4 * MINUTE)
  expect(playRamp(playable(paced('evidence')), late, 4, seeded(1)).end).toBe('rolled back')
})
