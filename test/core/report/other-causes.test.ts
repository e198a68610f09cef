import { describe, expect, it } from 'vitest'
import { seeded } from '../../../src/core/forecast/synthetic/chance.ts'
import { countTraffic } from '../../../src/core/forecast/synthetic/counted.ts'
import { simulate } from '../../../src/core/forecast/synthetic/traffic.ts'
import type { World } from '../../../src/core/forecast/synthetic/world.ts'
import { rampAt } from '../../../src/core/judge/comparison.ts'
import { otherCausesOf, type OtherCause } from '../../../src/core/report/other-causes.ts'
import { stepsOf } from '../../../src/core/plan/steps.ts'
import { otherCauseText } from '../../../src/views/other-cause-text.ts'
import { BOTH_GROUPS, metric, MINUTE, NOW, phase, plan, stamp, state, watch } from '../../helpers/core.ts'

const slow = metric({ measures: { what: 'latency', groups: 2, quantile: 0.95 } })
const metrics = { errors: metric({ measures: BOTH_GROUPS }), slow }
const steps = [10, 50, 100].map((to) => ({ to, hold: 30 * MINUTE }))
const comparing = phase({ metrics: ['errors', 'slow'], steps })
const shop = plan({ metrics, phases: [comparing] })
const settling = plan({ metrics, phases: [{ ...comparing, settle: 3 * MINUTE }] })

/** The journal of a rollout in this world: ten minutes before the first step, then so many at each of two. */
function journal(world: Omit<World, 'name'>, { minutes = 20, perSecond = 100, seed = 1 } = {}) {
  const traffic = simulate({ ...world, name: '' }, perSecond, seeded(seed), MINUTE)
  let now = NOW
  return [-1, 0, 1].flatMap((cursor) => {
    const before = state({ plan: shop, cursor })
    const share = (stepsOf(shop)[cursor]?.to ?? 0) / 100
    const arrived = { ...stamp({ type: 'arrived', intent: 1, missing: [], watch: watch({}) }), at: now }
    const each = Array.from({ length: cursor === -1 ? 10 : minutes }, () => {
      const pair = traffic(share)
      now += MINUTE
      return { seq: 1, monotonic: now, now, counted: countTraffic(shop, comparing, rampAt(shop, cursor), pair) }
    })
    const observed = stamp({ type: 'observed', watch: watch({}), polls: { from: 1, each } })
    return [
      { event: arrived, before },
      { event: observed, before },
    ]
  })
}

const at50 = state({ plan: shop, cursor: 1, exposures: { A: 50 } })
const causes = (world: Omit<World, 'name'>, more = {}) => otherCausesOf(journal(world, more), at50, 'errors')

describe('what else a metric looks like', () => {
  it('a cold start: the first minutes of a step are unlike the rest', () => {
    const [cause, ...rest] = causes({ errors: 0.005, coldStart: { lasts: 3, errors: 0.05, latency: 4 } })
    expect(rest).toEqual([])
    expect(cause).toMatchObject({ is: 'cold start', lasts: 3 * MINUTE })
    const [late] = otherCausesOf(journal({ errors: 0.005, coldStart: { lasts: 3, errors: 0, latency: 4 } }), at50, 'slow', '0.5')
    expect(late).toMatchObject({ is: 'cold start', lasts: 3 * MINUTE })
  })

  it('no cold start where the phase settles for so long', () => {
    const cold = journal({ errors: 0.005, coldStart: { lasts: 3, errors: 0.05, latency: 4 } })
    const settled = state({ plan: settling, cursor: 1 })
    expect(otherCausesOf(cold, settled, 'errors')).toEqual([])
  })

  it('one client: what those with the toggle gained, those without have lost', () => {
    const found = Array.from({ length: 10 }, (_, seed) => causes({ errors: 0.01, client: 0.6 }, { seed })).flat()
    expect(new Set(found.map(({ is }) => is))).toEqual(new Set(['one client']))
    // It has the toggle from a step on that chance decides: at the second in four of ten.
    expect(found.length).toBeGreaterThan(1)
  })

  it('groups of other time zones: their traffic does not rise and fall together', () => {
    const [cause] = causes({ errors: 0.005, trend: { errors: 1, traffic: 3, ahead: 8 } }, { minutes: 600 })
    expect(cause).toMatchObject({ is: 'time zones' })
  })

  it.each<[string, Omit<World, 'name'>]>([
    ['a good release', { errors: 0.005 }],
    ['a bad release', { errors: 0.005, release: { errors: 0.03 } }],
    ['a release with a slow path', { errors: 0.005, release: { latency: 3 } }],
    ['an incident that both groups have', { errors: 0.005, incident: { between: [5, 40], lasts: 5, off: 0.05, on: 0.05, latency: 2 } }],
    ['a day', { errors: 0.005, trend: { errors: 2, traffic: 3 } }],
  ])('%s looks like nothing else', (_, world) => {
    const runs = Array.from({ length: 30 }, (__, seed) => causes(world, { seed, minutes: 60 }))
    expect(runs.filter((found) => found.length > 0).length).toBeLessThanOrEqual(1)
  })

  it('nothing without polls, of a metric that is not there, and of one that counts nothing', () => {
    expect(otherCausesOf([], at50, 'errors')).toEqual([])
    expect(otherCausesOf(journal({ errors: 0.005 }), at50, 'memory')).toEqual([])
    expect(otherCausesOf(journal({ errors: 0.005 }), at50, 'slow')).toEqual([])
  })

  it.each<[OtherCause, string]>([
    [{ is: 'cold start', lasts: 3 * MINUTE, first: 0.061, rest: 0.005 }, 'settle: 3m under the phase'],
    [{ is: 'one client', before: 0.01, on: 0.031, off: 0.004 }, 'now 3.1% with the toggle and 0.4% without'],
    [{ is: 'time zones', least: 0.3, most: 0.6, over: 8 * 60 * MINUTE }, 'make 30% to 60% of the requests, over 8h'],
  ])('is said with what to do about it', (cause, said) => expect(otherCauseText(cause)).toContain(said))
})
