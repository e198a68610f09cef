import { defined } from '../values/defined.ts'
import { approvalGates, calendarGates, evidenceGates, holdGates, metricGates, phaseGates, versionGates, type Gate } from './gates.ts'
import { unusedGates } from './unused.ts'
import { currentPhase, nextDestination, type Destination } from './destination.ts'
import { weigh, type Weighed } from '../judge/comparison.ts'
import type { Tracked } from '../judge/track.ts'
import { currentStep, type State } from '../journal/state.ts'
import type { Phase } from '../plan/plan.ts'
import { stepsOf, type Step } from '../plan/steps.ts'
import { once } from '../values/once.ts'
import type { Instant } from '../values/units.ts'

/**
 * One turn's view of a rollout: what `decide` and the summary look at, each part worked out at most once. A class, for its
 * getters: an object with getters of its own has no shape that Node knows, and a forecast makes millions.
 */
export class Situation {
  readonly state: State
  /** Wall time, for the calendar and the expiry of approvals only. */
  readonly now: Instant
  /** The phase under way: that of the step arrived at or being applied. */
  readonly phase: Phase | undefined
  /** The step arrived at; undefined before the first. */
  readonly step: Step | undefined
  /** Where the next step up leads; undefined at the end of the plan. */
  readonly destination: Destination | undefined
  /** The step up that leads there. */
  readonly next: Step | undefined
  /** The metrics the phase is judged by. */
  readonly metrics: readonly Tracked[]
  readonly #weighed: () => Weighed | undefined
  readonly #gates: () => readonly Gate[]

  constructor(state: State, now: Instant, mover: string | undefined) {
    this.state = state
    this.now = now
    this.phase = currentPhase(state)
    this.step = currentStep(state)
    this.destination = nextDestination(state)
    this.next = this.destination && stepsOf(state.plan)[this.destination.cursor]
    this.metrics = metricsUnderWay(state)
    this.#weighed = once(() => weigh(state))
    this.#gates = once(() => gatesIn(this, mover))
  }

  /** What the comparison of the two groups says; undefined where there is nothing to compare. */
  get weighed(): Weighed | undefined {
    return this.#weighed()
  }

  /** Every gate between the step arrived at and the next one, or the end of the plan. */
  get gates(): readonly Gate[] {
    return this.#gates()
  }
}

/**
 * Returns the situation of a rollout at this wall time. `mover` is the person who types the step: what this one has
 * approved may not count. Nobody types what `run` does.
 */
export function situationOf(state: State, now: Instant, mover?: string): Situation {
  return new Situation(state, now, mover)
}

/**
 * Returns the metrics the phase under way is judged by, in the order of the plan, each with its track once it has one.
 */
export function metricsUnderWay(state: State): readonly Tracked[] {
  const phase = currentPhase(state)
  // Before the first step nothing is compared yet: waiting for it would be waiting for the step that begins it.
  const unborn = state.cursor < 0 ? phase?.shadows?.metric : undefined
  return (phase?.metrics ?? []).flatMap((name) => {
    if (name === unborn) return []
    const metric = state.plan.metrics[name]
    const track = state.watch?.tracks[name]
    return metric ? [defined({ name, metric, track })] : []
  })
}

function gatesIn({ state, now, phase, step, next, destination, metrics, weighed }: Situation, mover: string | undefined): readonly Gate[] {
  const isPaced = weighed?.pace === 'evidence'
  const credit = state.watch?.credit ?? 0
  return [
    ...versionGates(state),
    ...(weighed ? evidenceGates(weighed, next) : []),
    ...(step ? holdGates(isPaced ? { ...step, hold: 0 } : step, phase, state.watch) : []),
    ...metricGates(metrics, credit),
    ...(next ? approvalGates(state, next, now, mover) : []),
    ...(next && destination ? unusedGates(state, next, destination, now) : []),
    ...(step?.last && phase ? phaseGates(state, phase) : []),
    ...(next ? calendarGates(state.plan, now) : []),
  ]
}
