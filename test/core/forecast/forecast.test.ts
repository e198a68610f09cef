import { describe, expect, it } from 'vitest'
import { forecast, leftOut, type ForecastRelease, type ForecastRun } from '../../../src/core/forecast/forecast.ts'
import type { Plan } from '../../../src/core/plan/plan.ts'
import { BOTH_GROUPS, ONE_GROUP, metric, MINUTE, phase, plan, toggle } from '../../helpers/core.ts'

const GOOD: ForecastRelease = { traffic: 100, baseline: 0.005, errors: 0.005, latency: 1 }
const steps = [10, 50, 100].map((to) => ({ to, hold: 10 * MINUTE }))
const compared = plan({ metrics: { errors: metric({ measures: BOTH_GROUPS }) }, phases: [phase({ steps })] })
const whole = plan({ metrics: { errors: metric({ measures: ONE_GROUP }) }, phases: [phase({ steps })] })
const play = (of: Plan, release: ForecastRelease, seed: number, runs: number): readonly ForecastRun[] => {
  const endless = forecast(of, release, seed)
  return Array.from({ length: runs }, () => endless.next().value)
}
const share = (runs: readonly ForecastRun[], end: ForecastRun['end']): number => runs.filter((run) => run.end === end).length / runs.length

describe('a forecast', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(play(compared, GOOD, 1, 5)).toEqual(play(compared, GOOD, 1, 5))
    expect(play(compared, GOOD, 1, 5)).not.toEqual(play(compared, GOOD, 2, 5))
  })

  it('hardly ever rolls a good release back, and nearly always one with 6% errors', () => {
    expect(share(play(compared, GOOD, 1, 40), 'rolled back')).toBeLessThan(0.05)
    expect(share(play(compared, { ...GOOD, errors: 0.06 }, 1, 40), 'rolled back')).toBeGreaterThan(0.95)
  })

  it('takes the holds of a plan without groups, and its thresholds', () => {
    for (const { end, after } of play(whole, GOOD, 1, 5)) {
      expect(end).toBe('complete')
      expect(after).toBeGreaterThanOrEqual(30 * MINUTE)
    }
    // Among everybody's requests a fifth of a tenth is a warning, not more.
    expect(share(play(whole, { ...GOOD, errors: 0.2 }, 1, 10), 'paused')).toBe(1)
    expect(share(play(whole, { ...GOOD, errors: 0.6 }, 1, 10), 'rolled back')).toBe(1)
  })

  it('ends with a step back as with a rollback', () => {
    const careful = { ...whole, phases: [phase({ steps, onCritical: 'step-back' })] }
    expect(share(play(careful, { ...GOOD, errors: 0.6 }, 1, 5), 'rolled back')).toBe(1)
  })

  it('counts the harm of having tried, and what it waited for', () => {
    for (const { excess, failed, exposed, why, waited } of play(compared, { ...GOOD, errors: 0.06 }, 1, 5)) {
      expect(excess).toBe(Math.round(failed - exposed * 0.005))
      expect(why).toMatchObject({ code: 'critical', metric: 'errors' })
      expect(Object.keys(waited).length).toBeGreaterThan(0)
    }
    const [run] = play(whole, GOOD, 1, 1)
    expect(run?.waited['hold']).toBeGreaterThan(20 * MINUTE)
  })

  it('takes a legacy toggle away from as many as it says, and what is for everybody or nobody from all at once', () => {
    const legacy = plan({ ...compared, toggles: { A: toggle({ kind: 'legacy', default: 100 }) } })
    expect(play(legacy, { ...GOOD, errors: 0.06 }, 1, 3)).toEqual(play(compared, { ...GOOD, errors: 0.06 }, 1, 3))
    const all = plan({
      ...whole,
      toggles: { A: toggle({ exposure: 'all' }) },
      phases: [phase({ steps: [{ to: 100, hold: 10 * MINUTE }] })],
    })
    const [good] = play(all, GOOD, 1, 1)
    expect(good?.end).toBe('complete')
    expect(good?.exposed).toBeGreaterThan(9.9 * 6000)
    // A tenth of everybody's requests is more than 5 %: there is no smaller step at which it would drown.
    expect(play(all, { ...GOOD, errors: 0.1 }, 1, 3).map(({ end }) => end)).toEqual(['rolled back', 'rolled back', 'rolled back'])
  })

  it('leaves out what no traffic makes', () => {
    const gauge = plan({
      metrics: { errors: metric({ measures: BOTH_GROUPS }), memory: metric() },
      phases: [phase({ steps, metrics: ['errors', 'memory'] })],
    })
    expect(leftOut(gauge)).toEqual(['memory'])
    expect(play(gauge, GOOD, 1, 1)[0]?.end).toBe('complete')
  })
})
