import { allowedAt } from '../plan/allowed-at.ts'
import { lengthOf } from './planned.ts'
import type { Situation } from '../policy/situation.ts'
import { stepsOf } from '../plan/steps.ts'
import type { Plan } from '../plan/plan.ts'
import { phaseOf } from '../policy/destination.ts'
import { isEnded, type State } from '../journal/state.ts'
import type { Duration, Instant } from '../values/units.ts'

/** The earliest a step can be taken; undefined when the calendar never lets it, within a year. */
export interface Milestone {
  /** Index of the step. */
  readonly step: number
  readonly at: Instant | undefined
}

/** When a phase is under way. */
export interface TimelinePhase {
  readonly phase: string
  readonly title: string
  /** The earliest its first step ahead can be taken, and the earliest it can be complete. */
  readonly from: Instant | undefined
  readonly to: Instant | undefined
  /** When it would be complete if it, and every phase before it, took as long as planned; never before `to`. */
  readonly planned?: { readonly min: Instant; readonly max: Instant }
}

export interface Timeline {
  readonly steps: readonly Milestone[]
  readonly phases: readonly TimelinePhase[]
}

/**
 * Returns when everything ahead can happen at the earliest: holds, bakes, success criteria, windows and freezes taken
 * as they are; metrics healthy, people at hand. Without a situation the plan begins at `now` with the step of index
 * `first`, and what stands before it is held once more.
 */
export function timelineOf(plan: Plan, now: Instant, situation?: Situation, first = 0): Timeline {
  const state = situation?.state
  const next = state ? nextOf(state) : first
  const reached = state || !stepsOf(plan)[first] ? undefined : stepsOf(plan)[first - 1]
  let at: Instant | undefined = now + (situation ? leftOf(situation) : reached ? lengthOf(plan, reached) : 0)
  let planned = { min: now, max: now }
  const steps: Milestone[] = []
  const phases: TimelinePhase[] = []
  for (const [index, phase] of plan.phases.entries()) {
    const ahead = stepsOf(plan).filter((step) => step.phase === index && step.index >= next)
    if (ahead.length === 0 && reached?.phase !== index && !(state && phaseOf(state) === index && !isEnded(state))) continue
    // When a phase that is under way began, the state does not know.
    const isUnderWay = ahead.length < stepsOf(plan).filter((step) => step.phase === index).length
    let from: Instant | undefined
    for (const step of ahead) {
      at = at === undefined ? undefined : allowedAt(plan, at)
      from ??= at
      steps.push({ step: step.index, at })
      at = at === undefined ? undefined : at + lengthOf(plan, step)
    }
    const to = at
    planned = reckon(isUnderWay ? undefined : phase.planned, planned, { from: from ?? now, to })
    phases.push({ phase: phase.id, title: phase.title, from, to, ...(phase.planned && !isUnderWay && to !== undefined && { planned }) })
  }
  return { steps, phases }
}

/** A phase begins when the one before is complete, but never before its first step may be taken. */
function reckon(
  planned: { readonly min: Duration; readonly max: Duration } | undefined,
  before: { readonly min: Instant; readonly max: Instant },
  { from, to }: { readonly from: Instant; readonly to: Instant | undefined },
): { readonly min: Instant; readonly max: Instant } {
  const [first, last] = [Math.max(before.min, from), Math.max(before.max, from)]
  const length = to === undefined ? 0 : to - from
  return { min: first + Math.max(length, planned?.min ?? 0), max: last + Math.max(length, planned?.max ?? 0) }
}

function nextOf(state: State): number {
  return (state.intent?.move === 'advance' ? state.intent.cursor : state.cursor) + 1
}

/**
 * Returns how long the step arrived at still takes, as far as it can be foretold. The calendar is reckoned with by
 * itself.
 */
function leftOf({ gates }: Situation): Duration {
  const timed = gates.filter(({ name }) => name !== 'window' && name !== 'freeze')
  return Math.max(0, ...timed.map(({ opensIn }) => opensIn ?? 0))
}
