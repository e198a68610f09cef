import { decide } from './decide.ts'
import { defaultsOf, stepsOf, type Metric, type Plan } from './plan.ts'
import type { Reading, Series } from './reading.ts'
import { phaseOf } from './retreat.ts'
import type { State } from './state.ts'
import { seeded } from './synthetic/chance.ts'
import { simulate, type Minute } from './synthetic/traffic.ts'
import type { Duration } from './units.ts'
import { begin, observe } from './watch.ts'

/** A made-up release. Rates are 0–1. */
export interface Release {
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
export interface Run {
  readonly end: End
  readonly after: Duration
  /** Index of the step it ended at. */
  readonly step: number
  /** Requests with the toggle on, and those of them that failed. */
  readonly exposed: number
  readonly failed: number
}

/** Polls that all runs together may take: about ten seconds. */
const POLLS = 60_000

/** As many of the runs asked for as the length of the plan allows; at least 5. */
export function affordable(plan: Plan, runs: number): number {
  return Math.max(1, Math.min(runs, Math.max(5, Math.floor(POLLS / pollsOf(plan)))))
}

/** Plays the plan through the real watch and policy. People say yes; windows and freezes are open. The same seed, the same runs. */
export function forecast(plan: Plan, release: Release, seed: number, runs: number): readonly Run[] {
  const given = free(plan)
  return Array.from({ length: runs }, (_, nth) => play(given, release, seed * 7919 + nth))
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
  const isKnown = (name: string): boolean => kindOf(plan.metrics[name]) !== undefined
  const phases = plan.phases.map((phase) => ({
    ...phase,
    steps: phase.steps.map(({ to, hold }) => ({ to, hold })),
    metrics: phase.metrics.filter(isKnown),
    checklist: [],
    success: phase.success.filter(({ metric }) => isKnown(metric)),
  }))
  return { ...plan, phases, windows: [], freezes: [] }
}

function kindOf(metric: Metric | undefined): 'failures' | 'latency' | undefined {
  if (metric?.compares) return metric.compares
  return metric?.options['ratio'] === undefined ? (metric?.options['quantile'] === undefined ? undefined : 'latency') : 'failures'
}

function play(plan: Plan, { traffic, baseline, errors, latency }: Release, seed: number): Run {
  const world = { name: 'forecast', errors: baseline, release: { errors, latency } }
  const requests = simulate(world, (traffic * plan.interval) / 60_000, seeded(seed))
  const limit = pollsOf(plan) * 3 + 5000
  const sums = { on: count(), off: count() }
  let state = imagined(plan)
  let now = 0
  const over = (end: End): Run => ({ end, after: now, step: Math.max(0, state.cursor), exposed: sums.on.total, failed: sums.on.bad })
  for (let poll = 0; poll < limit; poll += 1) {
    const step = stepsOf(plan)[state.cursor]
    const { on, off } = requests((step?.to ?? 0) / 100)
    add(sums.on, on)
    add(sums.off, off)
    now += plan.interval
    const tick = { monotonic: now, domain: 'forecast', now }
    const readings = readingsOf(plan, sums)
    const phase = plan.phases[phaseOf(state)]
    if (!phase) return over('complete')
    state = { ...state, watch: observe(plan, { phase, cursor: state.cursor }, state.watch, readings, tick) }
    const decision = decide(state, now)
    if (decision.do === 'rollback' || decision.do === 'step-back') return over('rolled back')
    if (decision.do === 'pause') return over('paused')
    if (decision.do === 'complete') return over('complete')
    if (decision.do === 'advance') {
      const { cursor, exposures } = decision.to
      state = { ...state, cursor, exposures, arrivedAt: now, advanced: true, watch: begin(plan, cursor, state.watch, readings, tick) }
    }
  }
  return over('unfinished')
}

interface Count {
  total: number
  bad: number
  latency: Record<string, number>
}

function count(): Count {
  return { total: 0, bad: 0, latency: {} }
}

function add(to: Count, { total, bad, latency }: Minute): void {
  to.total += total
  to.bad += bad
  for (const [le, each] of Object.entries(latency)) to.latency[le] = (to.latency[le] ?? 0) + each
}

function readingsOf(plan: Plan, { on, off }: { readonly on: Count; readonly off: Count }): { readonly [metric: string]: Reading } {
  const failures = (counts: readonly Count[]) => ({
    bad: series(counts.map(({ bad }) => bad)),
    total: series(counts.map(({ total }) => total)),
  })
  const buckets = (counts: readonly Count[]) =>
    Object.fromEntries(Object.keys(on.latency).map((le) => [le, series(counts.map(({ latency }) => latency[le] ?? 0))]))
  return Object.fromEntries(
    Object.entries(plan.metrics).flatMap(([name, metric]): [string, Reading][] => {
      const kind = kindOf(metric)
      const all = [on, off]
      if (kind === 'failures')
        return [[name, { is: 'ratio', ...failures(all), ...(metric.compares && { groups: { on: failures([on]), off: failures([off]) } }) }]]
      if (kind === undefined) return []
      const groups = metric.compares && { groups: { on: buckets([on]), off: buckets([off]) } }
      return [[name, { is: 'quantile', quantile: quantileOf(metric), buckets: buckets(all), ...groups }]]
    }),
  )
}

function quantileOf({ options: { quantile } }: Metric): number {
  const q = typeof quantile === 'object' && quantile !== null && 'q' in quantile ? quantile['q'] : undefined
  return typeof q === 'number' ? q : 0.95
}

function series(counts: readonly number[]): Series {
  return Object.fromEntries(counts.map((each, nth) => [String(nth), each]))
}

function imagined(plan: Plan): State {
  const baseline = defaultsOf(plan)
  const start = { seq: 0, hash: '', digest: '', files: {}, startedAt: 0, arrivedAt: 0, epoch: 0, cursor: -1 }
  return {
    ...start,
    plan,
    status: 'running',
    baseline,
    exposures: baseline,
    advanced: false,
    missing: [],
    approvals: [],
    checked: [],
    authors: [],
  }
}
