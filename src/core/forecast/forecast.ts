import { defined } from '../values/defined.ts'
import { decide, type Decision } from '../policy/decide.ts'
import type { Why } from '../journal/event.ts'
import { stepsOf } from '../plan/steps.ts'
import { metricsOf, type Plan } from '../plan/plan.ts'
import type { Failures, Reading, Series } from '../values/reading.ts'
import { situationOf, type Situation } from '../policy/situation.ts'
import { currentPhase } from '../policy/destination.ts'
import { asStarted } from '../journal/state.ts'
import { seeded } from './synthetic/chance.ts'
import type { GroupTraffic } from './synthetic/pair-traffic.ts'
import { simulate } from './synthetic/traffic.ts'
import type { Duration } from '../values/units.ts'
import { beginWatch, observe } from '../judge/watch.ts'

/** A made-up release. Rates are 0–1. */
export interface ForecastRelease {
  /** Requests per second. */
  readonly traffic: number
  /** Share of failed requests without the toggle, and with it. */
  readonly baseline: number
  readonly errors: number
  /** Factor on every latency with the toggle. */
  readonly latency: number
}

export type End = 'rolled back' | 'paused' | 'complete' | 'unfinished'

/** How one made-up rollout ended. */
export interface ForecastRun {
  readonly end: End
  readonly after: Duration
  /** Index of the step it ended at. */
  readonly step: number
  /** Requests with the toggle on, those of them that failed, and how many more that is than without it. */
  readonly exposed: number
  readonly failed: number
  readonly excess: number
  /** What stopped it. */
  readonly why?: Why
  /** How long it waited, by the gate that was closed; evidence by what it waited for. */
  readonly waited: { readonly [gate: string]: Duration }
}

/** Polls that all runs together take where nobody says how many: about ten seconds. */
export const POLLS = 120_000
/** Fewer runs than this show nothing. */
export const FEWEST = 5

/**
 * Plays the plan through the real watch and policy, again and again. People say yes; windows and freezes are open. The
 * same seed, the same runs.
 */
export function* forecast(plan: Plan, release: ForecastRelease, seed: number): Generator<ForecastRun, never> {
  const given = free(plan)
  for (let nth = 0; ; nth += 1) yield play(given, release, seed * 7919 + nth)
}

/** Returns the metrics of the plan's phases that no made-up traffic makes: nothing is known of them there. */
export function leftOut(plan: Plan): readonly string[] {
  return metricsOf(plan).filter((name) => !isCounted(plan, name))
}

function isCounted({ metrics }: Plan, name: string): boolean {
  return (metrics[name]?.measures.what ?? 'gauge') !== 'gauge'
}

function pollsOf(plan: Plan): number {
  const each = stepsOf(plan).map(({ hold, last, phase }) => Math.max(hold, last ? longest(plan, phase) : 0))
  return Math.max(1, each.reduce((sum, hold) => sum + hold, 0) / plan.interval)
}

function longest(plan: Plan, nth: number): Duration {
  const phase = plan.phases[nth]
  return Math.max(phase?.after ?? 0, ...(phase?.success ?? []).map(({ over }) => over))
}

/** The plan with everything that people and calendars say taken as given, and without metrics that no traffic makes. */
function free(plan: Plan): Plan {
  const isKnown = (name: string): boolean => isCounted(plan, name)
  const phases = plan.phases.map((phase) => {
    const { drill: _, ...rest } = phase
    return {
      ...rest,
      steps: phase.steps.map(({ to, hold }) => ({ to, hold })),
      metrics: phase.metrics.filter(isKnown),
      checklist: [],
      success: phase.success.filter(({ metric }) => isKnown(metric)),
    }
  })
  return { ...plan, phases, windows: [], freezes: [] }
}

function play(plan: Plan, { traffic, baseline, errors, latency }: ForecastRelease, seed: number): ForecastRun {
  const world = { name: 'forecast', errors: baseline, release: { errors, latency } }
  const requests = simulate(world, traffic, seeded(seed), plan.interval)
  const limit = pollsOf(plan) * 3 + 5000
  const sums = { on: count(), off: count() }
  const waited: Record<string, Duration> = {}
  let state = asStarted(plan)
  let now = 0
  const over = (end: End, why?: Why): ForecastRun => {
    const { total, bad } = sums.on
    const step = Math.max(0, state.cursor)
    return defined({ end, after: now, step, exposed: total, failed: bad, excess: Math.round(bad - total * baseline), why, waited })
  }
  for (let poll = 0; poll < limit; poll += 1) {
    const step = stepsOf(plan)[state.cursor]
    const { on, off } = requests((step?.to ?? 0) / 100)
    add(sums.on, on)
    add(sums.off, off)
    now += plan.interval
    const tick = { monotonic: now, domain: 'forecast', now }
    const readings = readingsOf(plan, sums)
    const phase = currentPhase(state)
    if (!phase) return over('complete')
    state = { ...state, watch: observe(plan, { phase, cursor: state.cursor }, state.watch, readings, tick) }
    const situation = situationOf(state, now)
    const decision = decide(situation)
    if (decision.do === 'rollback' || decision.do === 'step-back') return over('rolled back', decision.why)
    if (decision.do === 'pause') return over('paused', decision.why)
    if (decision.do === 'complete') return over('complete')
    if (decision.do === 'advance') {
      const { cursor, exposures } = decision.to
      state = { ...state, cursor, exposures, arrivedAt: now, advanced: true, watch: beginWatch(plan, cursor, state.watch, readings, tick) }
    } else {
      const gate = gateOf(decision, situation)
      waited[gate] = (waited[gate] ?? 0) + plan.interval
    }
  }
  return over('unfinished')
}

/** What a hold waits for. */
function gateOf(decision: Decision, { weighed }: Situation): string {
  const closed = decision.do === 'hold' ? decision.gates.find(({ open }) => !open)?.name : undefined
  if (closed !== 'evidence') return closed ?? decision.why.code
  const finding = weighed?.finding
  return finding && 'because' in finding ? finding.because : closed
}

interface Count {
  total: number
  bad: number
  latency: Record<string, number>
}

function count(): Count {
  return { total: 0, bad: 0, latency: {} }
}

function add(to: Count, { total, bad, latency }: GroupTraffic): void {
  to.total += total
  to.bad += bad
  for (const [le, each] of Object.entries(latency)) to.latency[le] = (to.latency[le] ?? 0) + each
}

function readingsOf(plan: Plan, { on, off }: { readonly on: Count; readonly off: Count }): { readonly [metric: string]: Reading } {
  const readings: Record<string, Reading> = {}
  for (const [name, metric] of Object.entries(plan.metrics)) {
    const { measures } = metric
    if (measures.what === 'failures') {
      const groups = measures.groups === 2 && { groups: { on: failures(on), off: failures(off) } }
      const whole = { bad: { on: on.bad, off: off.bad }, total: { on: on.total, off: off.total } }
      readings[name] = { is: 'ratio', ...whole, ...groups }
    } else if (measures.what === 'latency') {
      const groups = measures.groups === 2 && { groups: { on: buckets(on), off: buckets(off) } }
      const whole: Record<string, Series> = {}
      for (const le of Object.keys(on.latency)) whole[le] = { on: on.latency[le] ?? 0, off: off.latency[le] ?? 0 }
      readings[name] = { is: 'quantile', quantile: measures.quantile, buckets: whole, ...groups }
    }
  }
  return readings
}

function failures({ bad, total }: Count): Failures {
  return { bad: { all: bad }, total: { all: total } }
}

function buckets({ latency }: Count): { readonly [le: string]: Series } {
  return Object.fromEntries(Object.entries(latency).map(([le, count]) => [le, { all: count }]))
}
