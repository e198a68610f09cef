import { describe, expect, it } from 'vitest'
import { summarize } from '../../../src/core/report/summary.ts'
import { situationOf } from '../../../src/core/policy/situation.ts'
import { MISSING, MINUTE, NOW, state, track, watch } from '../../helpers/core.ts'

describe('a summary', () => {
  it('counts steps from 1 and says what holds', () =>
    expect(summarize(situationOf(state({ watch: watch(undefined, { credit: MINUTE }) }), NOW))).toMatchObject({
      name: 'shop',
      status: 'running',
      phase: 'core',
      step: { number: 1, of: 2, phase: 'core', toggles: ['A'], to: '10%' },
      next: { number: 2, of: 2, to: '100%' },
      decision: { do: 'hold', text: 'hold 1m of 10m' },
      metrics: [{ name: 'errors', verdict: 'healthy', text: '0.1% < 1%', value: 0.001 }],
    }))
  it('has no step before the first, and no next after the last', () => {
    expect(summarize(situationOf(state({ cursor: -1, exposures: { A: 0 } }), NOW))).not.toHaveProperty('step')
    expect(summarize(situationOf(state({ cursor: 1, exposures: { A: 100 } }), NOW))).not.toHaveProperty('next')
  })
  it('is as of the poll that was kept last, where somebody watches and knows more', () => {
    const lease = { holder: { host: 'there', pid: 7, domain: '', began: '' }, since: NOW }
    const kept = { arrivedAt: NOW - MINUTE, watch: watch(undefined, { credit: MINUTE }) }
    const later = { ...kept, observedAt: NOW - 1000 }
    const before = { ...kept, observedAt: NOW - 2 * MINUTE }
    const asOf = (...args: Parameters<typeof summarize>): unknown => summarize(...args).asOf
    expect(asOf(situationOf(state(later), NOW), lease)).toBe(NOW - 1000)
    expect(asOf(situationOf(state(before), NOW), lease)).toBe(NOW - MINUTE)
    expect(asOf(situationOf(state(kept), NOW), lease)).toBe(NOW - MINUTE)
    expect(asOf(situationOf(state(later), NOW))).toBeUndefined()
  })
  it('has no gates when complete', () => expect(summarize(situationOf(state({ status: 'complete' }), NOW)).gates).toEqual([]))
  it('shows no value where nothing is known', () => {
    const [metric] = summarize(situationOf(state({ watch: watch({ errors: { ...track({ value: 0 }), ...MISSING } }) }), NOW)).metrics
    expect(metric).toEqual({ name: 'errors', verdict: 'unknown', met: false, text: 'unreachable: refused' })
  })
  it('says what was never measured', () =>
    expect(summarize(situationOf(state({ watch: watch({}) }), NOW)).metrics).toEqual([
      { name: 'errors', verdict: 'unknown', met: false, text: 'not measured yet' },
    ]))
})
