import { describe, expect, it } from 'vitest'
import { forecast, type Release, type Run } from '../../src/core/forecast.ts'
import { metric, MINUTE, phase, plan } from '../helpers/core.ts'

const GOOD: Release = { traffic: 100, baseline: 0.005, errors: 0.005, latency: 1 }
const steps = [10, 50, 100].map((to) => ({ to, hold: 10 * MINUTE }))
const compared = plan({ metrics: { errors: metric({ compares: 'failures' }) }, phases: [phase({ steps })] })
const whole = plan({ metrics: { errors: metric({ options: { ratio: {} } }) }, phases: [phase({ steps })] })
const share = (runs: readonly Run[], end: Run['end']): number => runs.filter((run) => run.end === end).length / runs.length

describe('a forecast', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(forecast(compared, GOOD, 1, 5)).toEqual(forecast(compared, GOOD, 1, 5))
    expect(forecast(compared, GOOD, 1, 5)).not.toEqual(forecast(compared, GOOD, 2, 5))
  })

  it('hardly ever rolls a good release back, and nearly always one with 6% errors', () => {
    expect(share(forecast(compared, GOOD, 1, 40), 'rolled back')).toBeLessThan(0.05)
    expect(share(forecast(compared, { ...GOOD, errors: 0.06 }, 1, 40), 'rolled back')).toBeGreaterThan(0.95)
  })

  it('takes the holds of a plan without groups, and its thresholds', () => {
    for (const { end, after } of forecast(whole, GOOD, 1, 5)) {
      expect(end).toBe('complete')
      expect(after).toBeGreaterThanOrEqual(30 * MINUTE)
    }
    // Among everybody's requests a fifth of a tenth is a warning, not more.
    expect(share(forecast(whole, { ...GOOD, errors: 0.2 }, 1, 10), 'paused')).toBe(1)
    expect(share(forecast(whole, { ...GOOD, errors: 0.6 }, 1, 10), 'rolled back')).toBe(1)
  })
})
