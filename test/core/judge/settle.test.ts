import { describe, expect, it } from 'vitest'
import { forecast } from '../../../src/core/forecast/forecast.ts'
import { beginWatch, observe } from '../../../src/core/judge/watch.ts'
import { decide } from '../../../src/core/policy/decide.ts'
import { situationOf } from '../../../src/core/policy/situation.ts'
import type { Plan } from '../../../src/core/plan/plan.ts'
import { DEFAULTS as POLICY } from '../../../src/core/evidence/policy.ts'
import type { Watch } from '../../../src/core/judge/track.ts'
import { BOTH_GROUPS, metric, MINUTE, NOW, phase, plan, state, value } from '../../helpers/core.ts'

const SECOND = MINUTE / 60
const steps = [10, 50, 100].map((to) => ({ to, hold: 5 * MINUTE }))
const plain = plan({
  interval: 30 * SECOND,
  metrics: { errors: metric({ looksBack: MINUTE }) },
  phases: [phase({ steps, settle: 2 * MINUTE })],
})

const tick = (monotonic: number) => ({ monotonic, domain: 'here', now: NOW + monotonic })

/** The watch and the decision after each poll of the first step, half a minute apart; `show` is what a poll reads. */
function watched(polls: number, show: (nth: number) => number, of: Plan = plain) {
  const [here] = of.phases
  if (!here) throw new Error('no phase')
  let now: Watch = beginWatch(of, 0, undefined, { errors: value(0) }, tick(0))
  return Array.from({ length: polls }, (_, nth) => {
    const at = (nth + 1) * of.interval
    now = observe(of, { phase: here, cursor: 0 }, now, { errors: value(show(nth), NOW + at) }, tick(at))
    return Object.assign(situationOf(state({ plan: of, cursor: 0, exposures: { A: 10 }, watch: now }), NOW), { watch: now })
  })
}

describe('while a step settles', () => {
  const settling = watched(5, () => 0.5)
  it('what is read does not count: the step holds, whatever it shows, and says for how long', () => {
    for (const each of settling.slice(0, 4)) expect(each.watch.tracks['errors']).toMatchObject({ verdict: 'unknown', unknownFor: 0 })
    expect(settling.slice(0, 4).map(({ gates }) => gates.find(({ name }) => name === 'metrics')?.text)).toEqual([
      'metrics settling: 1m30s left',
      'metrics settling: 1m left',
      'metrics settling: 30s left',
      'metrics settling: 0s left',
    ])
    expect(settling.slice(0, 4).map((each) => decide(each).do)).toEqual(['hold', 'hold', 'hold', 'hold'])
  })
  it('its hold has not begun', () => {
    const calm = watched(14, () => 0)
    expect(calm.slice(0, 4).map(({ watch }) => watch.credit)).toEqual([0, 0, 0, 0])
    const hold = (nth: number) => calm[nth]?.gates.find(({ name }) => name === 'hold')
    expect(hold(0)).toMatchObject({ open: false, opensIn: 6.5 * MINUTE })
    expect(hold(12)).toMatchObject({ open: false, opensIn: 30 * SECOND })
    expect(hold(13)).toMatchObject({ open: true })
  })
  it('nor has it where nothing is measured', () => {
    const blind = plan({ interval: 30 * SECOND, phases: [phase({ steps, settle: 2 * MINUTE, metrics: [] })] })
    expect(watched(6, () => 0, blind).map(({ watch }) => watch.credit / SECOND)).toEqual([0, 0, 0, 0, 30, 60])
  })
  it('is told from afterwards: what is critical then takes it back', () => {
    const late = watched(8, (nth) => (nth < 4 ? 0 : 0.5))
    expect(decide(late[7] ?? situationOf(state(), NOW)).do).toBe('rollback')
  })
  it('a reading that looks back says nothing until it looks back to no cold minute', () => {
    const calm = watched(8, () => 0)
    expect(calm.map(({ watch }) => watch.tracks['errors']?.missing?.reason)).toEqual([
      ...Array.from({ length: 4 }, () => 'settling'),
      'looks-back',
      undefined,
      undefined,
      undefined,
    ])
  })
})

describe('a cold start of two minutes', () => {
  const compared = (settle?: number): Plan => {
    const { success: _s, warning: _w, critical: _c, ...errors } = metric({ measures: BOTH_GROUPS })
    return plan({
      metrics: { errors },
      phases: [phase({ steps, evidence: { pace: 'evidence', policy: POLICY }, ...(settle !== undefined && { settle }) })],
    })
  }
  const ends = (of: Plan, errors: number) => {
    const release = { traffic: 100, baseline: 0.005, errors, latency: 1, trouble: { coldStart: { lasts: 2, errors: 0.02, latency: 3 } } }
    const runs = forecast(of, release, 3)
    return Array.from({ length: 20 }, () => runs.next().value?.end)
  }
  it('takes good releases back, and none that settles', () => {
    expect(ends(compared(), 0.005).filter((end) => end === 'rolled back').length).toBeGreaterThan(10)
    expect(ends(compared(2 * MINUTE), 0.005)).toEqual(Array.from({ length: 20 }, () => 'complete'))
  })
  it('hides no bad release for longer', () => {
    expect(ends(compared(2 * MINUTE), 0.02)).toEqual(Array.from({ length: 20 }, () => 'rolled back'))
  })
})
