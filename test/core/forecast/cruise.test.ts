import { expect, it } from 'vitest'
import { DEFAULTS } from '../../../src/core/evidence/policy.ts'
import { cruise, type Cruised } from '../../../src/core/forecast/cruise.ts'
import type { Drawn } from '../../../src/core/forecast/made-up-source.ts'
import { seeded } from '../../../src/core/forecast/synthetic/chance.ts'
import { countTraffic } from '../../../src/core/forecast/synthetic/counted.ts'
import { simulate } from '../../../src/core/forecast/synthetic/traffic.ts'
import type { Release, World } from '../../../src/core/forecast/synthetic/world.ts'
import { rampAt } from '../../../src/core/judge/comparison.ts'
import type { CountedReadings } from '../../../src/core/judge/count-all.ts'
import type { Watch } from '../../../src/core/judge/track.ts'
import { beginWatch, judgeCounted } from '../../../src/core/judge/watch.ts'
import type { Phase, Plan } from '../../../src/core/plan/plan.ts'
import { stepsOf } from '../../../src/core/plan/steps.ts'
import { BOTH_GROUPS, metric, MINUTE, phase, plan, rule, state, toggle } from '../../helpers/core.ts'
import { playBothWays, playGameBothWays } from '../../helpers/poll-by-poll.ts'

/** The short form; `npm run simulate:same` plays a thousand. */
const PLANS = 50

it(`a forecast that takes many polls at once comes to what the engine comes to poll by poll, on ${PLANS} drawn plans`, () => {
  const ends: string[] = []
  for (let seed = 0; seed < PLANS; seed += 1) {
    const { atOnce, pollByPoll } = playBothWays(seed)
    expect(atOnce, `plan ${seed}`).toEqual(pollByPoll)
    ends.push(atOnce.end)
  }
  expect(ends).toEqual(expect.arrayContaining(['complete', 'paused', 'rolled back']))
  // Polls are taken at once while nothing is wrong: plans that stop early show little of it.
  expect(ends.filter((end) => end === 'complete').length).toBeGreaterThan(PLANS / 3)
})

it('a step that is reached while the source is silent has no counters to begin with, both ways', () => {
  const steps = [10, 20, 50, 100].map((to) => ({ to, hold: 5 * MINUTE }))
  const phases = [
    phase({ id: 'blind', toggles: ['A'], steps, metrics: [] }),
    phase({ id: 'seen', toggles: ['B'], steps, metrics: ['errors'] }),
  ]
  const of = plan({
    interval: MINUTE,
    metrics: { errors: metric({ measures: { what: 'failures', groups: 1 } }) },
    phases,
    toggles: { A: toggle(), B: toggle({ variable: 'B' }) },
  })
  const release = { traffic: 20, baseline: 0.005, errors: 0.005, latency: 1, trouble: { outages: { every: 6, lasts: 3 } } }
  for (let seed = 0; seed < 30; seed += 1) {
    const { atOnce, pollByPoll } = playGameBothWays({ plan: of, release }, seed)
    expect(atOnce, `run ${seed}`).toEqual(pollByPoll)
  }
})

it.each([
  [0.005, 'complete'],
  [0.02, 'rolled back'],
])('counts of replicas that arrive in turn come to what the engine comes to where %d of all fail: %s', (errors, end) => {
  const phases = [
    phase({
      toggles: ['A', 'B'],
      order: 'one-by-one',
      steps: [10, 50, 100].map((to) => ({ to, hold: 5 * MINUTE })),
      metrics: ['errors'],
      evidence: { pace: 'clock', policy: DEFAULTS },
    }),
  ]
  const errorRate = metric({ measures: BOTH_GROUPS, success: rule('< 5%'), warning: { when: rule('> 5%'), for: 0 } })
  const toggles = { A: toggle(), B: toggle({ variable: 'B' }) }
  const of = plan({ interval: MINUTE / 2, metrics: { errors: errorRate }, phases, toggles })
  const release = { traffic: 100, baseline: 0.005, errors, latency: 1, trouble: { scrape: { every: 1, apart: 0.5 } } }
  for (let seed = 0; seed < 5; seed += 1) {
    const { atOnce, pollByPoll } = playGameBothWays({ plan: of, release }, seed)
    expect(atOnce, `run ${seed}`).toEqual(pollByPoll)
    expect(atOnce, `run ${seed}`).toMatchObject({ end })
  }
})

it('a step that settles proves nothing meanwhile, also where no metric says so', () => {
  const phases = [phase({ steps: [{ to: 100, hold: 10 * MINUTE }], metrics: [], settle: 3 * MINUTE })]
  const release = { traffic: 20, baseline: 0.005, errors: 0.005, latency: 1 }
  const { atOnce, pollByPoll } = playGameBothWays({ plan: plan({ interval: MINUTE, phases }), release }, 1)
  expect(atOnce).toEqual(pollByPoll)
  expect(atOnce.after).toBe(14 * MINUTE)
})

const metrics = {
  errors: metric({ measures: { what: 'failures', groups: 1 } }),
  slow: metric({
    measures: { what: 'latency', groups: 1, quantile: 0.95 },
    success: rule('< 0.5'),
    warning: { when: rule('> 1'), for: 0 },
    critical: { when: rule('> 2'), for: 0 },
  }),
}
const baking = phase({
  steps: [{ to: 100, hold: 5 * MINUTE }],
  metrics: ['errors', 'slow'],
  after: 60 * MINUTE,
  success: [{ metric: 'errors', rule: rule('< 2%'), over: 30 * MINUTE }],
})
const baked = plan({ interval: MINUTE, metrics, phases: [baking] })
const after20 = { between: [20, 20], lasts: 10, off: 0, on: 0, latency: 1 } as const

/** Takes polls at once from the fourth on, and holds what is left of the watch against the same polls one by one. */
function cruiseAfterThree(of: Plan, world: World): Cruised | undefined {
  const [current, to] = [of.phases[0], stepsOf(of)[0]?.to ?? 0]
  if (!current) throw new Error('a plan has a phase')
  const traffic = simulate(world, 100, seeded(3), MINUTE)
  const polls: CountedReadings[] = []
  const draw = (): Drawn => {
    const pair = traffic(to / 100)
    polls.push(countTraffic(of, current, rampAt(of, 0), pair))
    return { pair, isKnown: true }
  }
  const judged = (watch: Watch, counted: CountedReadings): Watch => {
    const now = watch.monotonic + MINUTE
    return judgeCounted(of, { phase: current, cursor: 0 }, watch, counted, { monotonic: now, domain: 'forecast', now })
  }
  const begun = beginWatch(of, 0, undefined, {}, { monotonic: 0, domain: 'forecast', now: 0 })
  for (let nth = 0; nth < 3; nth += 1) draw()
  const watch = polls.reduce(judged, begun)
  const cruised = cruise(state({ plan: of, cursor: 0, exposures: { A: to }, watch }), current, draw)
  expect(cruised?.watch).toEqual(polls.slice(3, 3 + (cruised?.polls ?? 0)).reduce(judged, watch))
  expect(polls).toHaveLength(3 + (cruised?.polls ?? 0) + (cruised?.drawn ? 1 : 0))
  return cruised
}

it.each<[name: string, incident: World['incident'], least: number, most: number]>([
  ['up to the poll at which the bake is over', undefined, 50, 60],
  ['up to the one at which the first metric is bad', { ...after20, on: 0.2 }, 10, 20],
  ['up to the one at which the second metric is bad', { ...after20, latency: 9 }, 10, 20],
])('polls are taken at once %s, and leave the watch that they leave one by one', (_, incident, least, most) => {
  const cruised = cruiseAfterThree(baked, { name: '', errors: 0.005, ...(incident && { incident }) })
  expect(cruised?.polls).toBeGreaterThan(least)
  expect(cruised?.polls).toBeLessThan(most)
  expect(cruised?.drawn !== undefined).toBe(incident !== undefined)
})

const both = {
  errors: metric({ measures: BOTH_GROUPS }),
  slow: metric({ ...metrics.slow, measures: { what: 'latency', groups: 2, quantile: 0.95 } }),
}

it.each<[name: string, of: Partial<Phase>, release: Release, waitsFor: string, least: number, most: number]>([
  ['until its hold is over', { steps: [25, 50, 100].map((to) => ({ to, hold: 30 * MINUTE })) }, {}, 'hold', 20, 30],
  ['until there is proof', { steps: [25, 100].map((to) => ({ to, hold: MINUTE })) }, {}, 'proof', 10, 60],
  ['until it is too bad', { steps: [25, 50, 100].map((to) => ({ to, hold: 90 * MINUTE })) }, { from: 20, errors: 0.008 }, 'hold', 16, 40],
])('so are those of a step at which two groups are compared, %s', (_, of, release, waitsFor, least, most) => {
  const evidence = { pace: 'clock' as const, policy: DEFAULTS }
  const phases = [phase({ metrics: ['errors', 'slow'], evidence, ...of })]
  const cruised = cruiseAfterThree(plan({ interval: MINUTE, metrics: both, phases }), {
    name: '',
    errors: 0.002,
    release: { errors: 0.002, ...release },
  })
  expect(cruised?.waited[waitsFor]).toBeGreaterThan(least * MINUTE)
  expect(cruised?.polls).toBeLessThan(most)
  expect(cruised?.watch.comparison?.ledger.polls).toBe(3 + (cruised?.polls ?? 0))
})
