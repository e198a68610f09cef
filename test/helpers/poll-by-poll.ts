import { forecast, type ForecastRelease } from '../../src/core/forecast/forecast.ts'
import { seeded } from '../../src/core/forecast/synthetic/chance.ts'
import { histogramOf } from '../../src/core/forecast/synthetic/latency.ts'
import type { GroupTraffic } from '../../src/core/forecast/synthetic/pair-traffic.ts'
import { simulate } from '../../src/core/forecast/synthetic/traffic.ts'
import { asStarted } from '../../src/core/journal/state.ts'
import { beginWatch, observe, type Readings } from '../../src/core/judge/watch.ts'
import { stepsOf } from '../../src/core/plan/steps.ts'
import type { Phase, Plan } from '../../src/core/plan/plan.ts'
import { decide, type Decision } from '../../src/core/policy/decide.ts'
import { currentPhase } from '../../src/core/policy/destination.ts'
import { situationOf, type Situation } from '../../src/core/policy/situation.ts'
import { absent, type Failures, type Reading } from '../../src/core/values/reading.ts'
import { metric, MINUTE, phase, plan, rule, toggle } from './core.ts'

/** How a rollout ended, when, at which step and why; for how long it waited, by what for. */
interface Played {
  readonly end: string
  readonly after: number
  readonly step: number
  readonly exposed: number
  readonly failed: number
  readonly why?: object
  readonly waited: { readonly [gate: string]: number }
}

interface Game {
  readonly plan: Plan
  readonly release: ForecastRelease
}

interface Sums {
  total: number
  bad: number
  latency: Record<string, number>
}

/** Plays one drawn plan both ways: `atOnce` is the forecast's own, and both should be the same. */
export function playBothWays(seed: number): BothWays {
  return playGameBothWays(drawGame(seed), seed)
}

interface BothWays {
  readonly atOnce: Played
  readonly pollByPoll: Played
}

/** Plays one release of a plan both ways. */
export function playGameBothWays({ plan: of, release }: Game, seed: number): BothWays {
  const { end, after, step, exposed, failed, why, waited } = forecast(of, release, seed).next().value
  const polls = after / of.interval + (end === 'unfinished' ? 0 : 1)
  const atOnce = { end, after, step, exposed, failed, ...(why && { why }), waited }
  return { atOnce, pollByPoll: playPollByPoll(of, release, seed * 7919, polls) }
}

/** Plays one made-up rollout as the engine does: counters that only grow are read, judged and decided on, poll by poll. */
export function playPollByPoll(
  of: Plan,
  { traffic, baseline, errors, latency, trouble }: ForecastRelease,
  seed: number,
  most: number,
): Played {
  const requests = simulate(
    { ...trouble, name: 'forecast', errors: baseline, release: { errors, latency } },
    traffic,
    seeded(seed),
    of.interval,
  )
  const sums: { on: Sums; off: Sums; isSilent: boolean } = {
    on: { total: 0, bad: 0, latency: {} },
    off: { total: 0, bad: 0, latency: {} },
    isSilent: false,
  }
  const waited: Record<string, number> = {}
  let state = asStarted(of)
  let now = 0
  const over = (end: string, why?: object): Played => ({
    end,
    after: now,
    step: Math.max(0, state.cursor),
    exposed: sums.on.total,
    failed: sums.on.bad,
    ...(why && { why }),
    waited,
  })
  for (let poll = 0; poll < most; poll += 1) {
    const pair = requests((stepsOf(of)[state.cursor]?.to ?? 0) / 100)
    add(sums.on, pair.on)
    add(sums.off, pair.off)
    sums.isSilent = pair.isSilent === true
    now += of.interval
    const tick = { monotonic: now, domain: 'forecast', now }
    const current = currentPhase(state)
    if (!current) return over('complete')
    const readings = readingsOf(of, current, sums)
    state = { ...state, watch: observe(of, { phase: current, cursor: state.cursor }, state.watch, readings, tick) }
    const situation = situationOf(state, now)
    const decision = decide(situation)
    if (decision.do === 'rollback' || decision.do === 'step-back') return over('rolled back', decision.why)
    if (decision.do === 'pause') return over('paused', decision.why)
    if (decision.do === 'complete') return over('complete')
    if (decision.do !== 'advance') {
      const gate = waitedFor(decision, situation)
      waited[gate] = (waited[gate] ?? 0) + of.interval
      continue
    }
    const { cursor, exposures } = decision.to
    state = { ...state, cursor, exposures, arrivedAt: now, advanced: true }
    // As a target is reached the metrics of the phase that begins are read.
    const begun = currentPhase(state) ?? current
    state = { ...state, watch: beginWatch(of, cursor, state.watch, readingsOf(of, begun, sums), tick) }
  }
  return over('unfinished')
}

/** The first gate that is closed; of the evidence what it says itself. */
function waitedFor(decision: Decision, { weighed }: Situation): string {
  const closed = decision.do === 'hold' ? decision.gates.filter(({ open }) => !open).map(({ name }) => name) : []
  const { finding } = weighed ?? {}
  if (closed[0] === 'evidence' && finding && 'because' in finding) return finding.because
  return closed[0] ?? decision.why.code
}

function add(to: Sums, { total, bad, latency }: GroupTraffic): void {
  to.total += total
  to.bad += bad
  for (const [le, each] of Object.entries(histogramOf(latency))) to.latency[le] = (to.latency[le] ?? 0) + each
}

function readingsOf(
  { metrics }: Plan,
  { metrics: judged, success }: Phase,
  { on, off, isSilent }: { readonly on: Sums; readonly off: Sums; readonly isSilent: boolean },
): Readings {
  const readings: Record<string, Reading> = {}
  for (const name of [...judged, ...success.map((each) => each.metric)]) {
    const measures = metrics[name]?.measures
    if (isSilent) readings[name] = absent('unreachable', 'the source did not answer')
    else if (measures?.what === 'failures')
      readings[name] = {
        is: 'ratio',
        bad: { on: on.bad, off: off.bad },
        total: { on: on.total, off: off.total },
        ...(measures.groups === 2 && { groups: { on: failures(on), off: failures(off) } }),
      }
    else if (measures?.what === 'latency')
      readings[name] = {
        is: 'quantile',
        quantile: measures.quantile,
        buckets: Object.fromEntries(Object.keys(on.latency).map((le) => [le, { on: on.latency[le] ?? 0, off: off.latency[le] ?? 0 }])),
        ...(measures.groups === 2 && { groups: { on: buckets(on), off: buckets(off) } }),
      }
  }
  return readings
}

function failures({ bad, total }: Sums): Failures {
  return { bad: { all: bad }, total: { all: total } }
}

function buckets({ latency }: Sums) {
  return Object.fromEntries(Object.entries(latency).map(([le, count]) => [le, { all: count }]))
}

/** Draws a plan and a release: every kind of metric, rule, gate and end. Two of three releases are good (p95 0.4 s), as most are. */
function drawGame(seed: number): Game {
  const chance = seeded(seed)
  const pick = <Each>(of: readonly [Each, ...Each[]]): Each => of[Math.floor(chance() * of.length)] ?? of[0]
  const interval = pick([10_000, 30_000, MINUTE])
  const window = pick([MINUTE, 5 * MINUTE, 20 * MINUTE])
  const more = { window, minSamples: pick([0, 50, 200]), onNoData: pick<'hold' | 'pause' | 'ignore'>(['hold', 'pause', 'ignore']) }
  const held = pick([0, 2 * MINUTE])
  const errors = metric({
    ...more,
    measures: { what: 'failures', groups: pick([1, 2]) },
    success: rule(pick(['< 1%', '< 1%', '< 3%', '< 0.7%'])),
    warning: { when: rule(pick(['> 2%', '> 2%', '> 0.8%'])), for: held },
    critical: { when: rule('> 5%'), for: pick([0, MINUTE]), ...(chance() < 0.5 && { by: 'threshold' }) },
  })
  const slow = metric({
    ...more,
    measures: { what: 'latency', groups: pick([1, 2]), quantile: 0.95 },
    success: rule(pick(['< 0.45', '< 0.45', '< 2', '< 0.4'])),
    warning: { when: rule('> 0.5'), for: held },
    critical: { when: rule('> 1'), for: 0 },
  })
  const phases = ['one', 'two'].map((id) =>
    phase({
      id,
      toggles: [id === 'one' ? 'A' : 'B'],
      steps: pick([[10, 100], [1, 25, 100], [50]]).map((to) => ({ to, hold: pick([0, 5, 15]) * MINUTE })),
      metrics: pick([['errors'], ['errors', 'slow'], ['slow']]),
      onWarning: pick(['pause', 'pause', 'step-back']),
      onCritical: pick(['rollback', 'step-back', 'pause']),
      after: pick([0, 40 * MINUTE]),
      settle: pick([0, 0, 3 * MINUTE]),
      success: pick([
        [],
        [{ metric: 'errors', rule: rule('< 1%'), over: 30 * MINUTE }],
        [{ metric: 'slow', rule: rule('< 0.45'), over: 50 * MINUTE }],
      ]),
    }),
  )
  const toggles = { A: toggle({ variable: 'A' }), B: toggle({ variable: 'B' }) }
  const baseline = pick([0.002, 0.005, 0.006])
  const isGood = chance() < 2 / 3
  const trouble = pick<ForecastRelease['trouble']>([
    undefined,
    undefined,
    { scrape: { missed: pick([0.02, 0.1]) }, outages: { every: pick([20, 200]), lasts: 3 * (interval / MINUTE) } },
    { noise: { errors: 0.2, latency: 0.07, memory: 0.9, arms: 'both' }, scrape: { every: 1, apart: 0.5, missed: 0.05 } },
    { burst: 3, coldStart: { lasts: 2, errors: 0.02, latency: 3 } },
  ])
  const worse = { errors: pick([0.005, 0.006, 0.012, 0.03, 0.1]), latency: pick([1, 1.1, 1.5, 4]) }
  return {
    plan: plan({ interval, patience: pick([5, 15]) * MINUTE, metrics: { errors, slow }, phases, toggles }),
    release: { traffic: pick([5, 20, 100]), baseline, ...(isGood ? { errors: baseline, latency: 1 } : worse), ...(trouble && { trouble }) },
  }
}
