import { defined } from '../values/defined.ts'
import { decide, isRetreating, type Decision } from '../policy/decide.ts'
import type { Why } from '../journal/event.ts'
import { stepsOf } from '../plan/steps.ts'
import { metricsOf, type Plan } from '../plan/plan.ts'
import { situationOf, type Situation } from '../policy/situation.ts'
import { currentPhase } from '../policy/destination.ts'
import { asStarted } from '../journal/state.ts'
import { seeded } from './synthetic/chance.ts'
import { simulate } from './synthetic/traffic.ts'
import type { World } from './synthetic/world.ts'
import type { Duration } from '../values/units.ts'
import { beginWatch, judgeCounted } from '../judge/watch.ts'
import { cruise } from './cruise.ts'
import { openMadeUpSource, unknownYet } from './made-up-source.ts'

/** The made-up world in which releases are played. Rates are 0–1. */
export interface ForecastSetting {
  /** Requests per second. */
  readonly traffic: number
  /** Share of failed requests without the toggle. */
  readonly baseline: number
  /** What goes wrong although the release does nothing. */
  readonly trouble?: Trouble
}

/** A made-up release. */
export interface ForecastRelease extends ForecastSetting {
  /** Share of failed requests with the toggle, 0–1. */
  readonly errors: number
  /** Factor on every latency with the toggle. */
  readonly latency: number
}

/** What a service does that is no fault of a release, as far as it is known. */
export type Trouble = Pick<World, 'noise' | 'burst' | 'coldStart' | 'scrape' | 'outages' | 'trend' | 'latency'>

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
export const POLLS = 1_800_000
/** Fewer runs than this show nothing. */
export const FEWEST = 5

/**
 * Plays the plan through the real watch and policy, again and again. People say yes; windows and freezes are open. The
 * same seed, the same runs, also those of them that begin with a number and follow each other so many apart.
 */
export function* forecast(
  plan: Plan,
  release: ForecastRelease,
  seed: number,
  { first = 0, every = 1 }: { readonly first?: number; readonly every?: number } = {},
): Generator<ForecastRun, never> {
  const given = free(plan)
  for (let nth = first; ; nth += every) yield play(given, release, seed * 7919 + nth)
}

/** Returns the metrics of the plan's phases that no made-up traffic makes: nothing is known of them there. */
export function leftOut(plan: Plan): readonly string[] {
  return metricsOf(plan).filter((name) => !isCounted(plan, name))
}

function isCounted({ metrics }: Plan, name: string): boolean {
  return (metrics[name]?.measures.what ?? 'gauge') !== 'gauge'
}

/** Returns how many polls a rollout takes at least. */
export function pollsOf(plan: Plan): number {
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
      // What a shadow compares no made-up traffic shows: its hold is all there is of it.
      metrics: phase.shadows ? [] : phase.metrics.filter(isKnown),
      checklist: [],
      success: phase.success.filter(({ metric }) => isKnown(metric)),
    }
  })
  return { ...plan, phases, windows: [], freezes: [] }
}

function play(plan: Plan, { traffic, baseline, errors, latency, trouble }: ForecastRelease, seed: number): ForecastRun {
  const world = { ...trouble, name: 'forecast', errors: baseline, release: { errors, latency } }
  const source = openMadeUpSource(plan, simulate(world, traffic, seeded(seed), plan.interval))
  const limit = pollsOf(plan) * 3 + 5000
  const waited: Record<string, Duration> = {}
  let state = asStarted(plan)
  let now = 0
  const over = (end: End, why?: Why): ForecastRun => {
    const { exposed, failed } = source.sums
    const step = Math.max(0, state.cursor)
    return defined({ end, after: now, step, exposed, failed, excess: Math.round(failed - exposed * baseline), why, waited })
  }
  const wait = (gate: string, duration: Duration): void => {
    waited[gate] = (waited[gate] ?? 0) + duration
  }
  for (let poll = 0; poll < limit; poll += 1) {
    const phase = currentPhase(state)
    if (!phase) return over('complete')
    const position = { phase, cursor: state.cursor }
    const polls = source.pollsAt(position)
    const cruised = cruise(state, phase, polls.draw)
    if (cruised) {
      for (const [gate, duration] of Object.entries(cruised.waited)) wait(gate, duration)
      state = { ...state, watch: cruised.watch }
      now += cruised.polls * plan.interval
      poll += cruised.polls
    }
    const counted = polls.counted(cruised?.drawn ?? polls.draw())
    now += plan.interval
    const tick = { monotonic: now, domain: 'forecast', now }
    state = { ...state, watch: judgeCounted(plan, position, state.watch, counted, tick) }
    const situation = situationOf(state, now)
    const decision = decide(situation)
    if (isRetreating(decision)) return over('rolled back', decision.why)
    if (decision.do === 'pause') return over('paused', decision.why)
    if (decision.do === 'complete') return over('complete')
    if (decision.do === 'advance') {
      const { cursor, exposures } = decision.to
      source.arrive()
      state = {
        ...state,
        cursor,
        exposures,
        arrivedAt: now,
        advanced: true,
        watch: beginWatch(plan, cursor, state.watch, unknownYet(counted), tick),
      }
    } else wait(gateOf(decision, situation), plan.interval)
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
