import type { Weak } from '../check/weak-steps.ts'
import { guaranteesOf, type Guarantee } from '../forecast/guarantee.ts'
import type { Foretold } from '../forecast/foretell.ts'
import { timelineOf, type Timeline } from '../forecast/timeline.ts'
import type { Joined } from '../plan/cohorts.ts'
import type { Difference } from '../plan/difference.ts'
import { environment, type Drift, type Held } from '../plan/environment.ts'
import type { Exposures, Plan } from '../plan/plan.ts'
import { stepsOf, type Step } from '../plan/steps.ts'
import type { Gate } from '../policy/gates.ts'
import type { Replan } from '../policy/replan.ts'
import type { Situation } from '../policy/situation.ts'
import type { Duration, Instant } from '../values/units.ts'
import { risksOf, type Planned, type Ranked } from './risks.ts'

/** One word a target would get. */
export interface Write {
  readonly target: string
  readonly variable: string
  readonly from: string
  readonly to: string
}

/** The users of a plan, and what its steps can show of them. */
export interface UsersReport {
  /** How many there are: those of the file, else what the plan says. */
  readonly users?: number
  /** Who joins with the steps ahead; with --users only. */
  readonly joining?: readonly Joined[]
  /** Steps too short or too small to show a doubling of errors. */
  readonly weak: readonly Weak[]
}

/** Facts about a plan that were looked up: in the journal, in the file, on the targets. */
interface Found {
  readonly started: boolean
  /** No step is taken until somebody resumes it; absent where none is kept from being taken. */
  readonly latched?: 'paused' | 'rolled back'
  readonly pending: boolean
  /** Steps that are still ahead. */
  readonly steps: readonly Step[]
  readonly gates: readonly Gate[]
  readonly drift: readonly Drift[]
  readonly unreadable: readonly string[]
  /** How the file differs from the plan that was frozen at `start`. */
  readonly edited: readonly Difference[]
  /** What that edit means for each toggle, and where the rollout would stand; absent where nothing was edited. */
  readonly replan?: Replan
}

/** What would change, and what stands in the way: what `plan --json` prints. */
export interface PlanReport extends Found, UsersReport {
  readonly name: string
  readonly writes: readonly Write[]
  /** The shortest time everything ahead takes, windows and freezes included. */
  readonly atLeast: Duration
  readonly timeline: Timeline
  /** What the plan promises about its decisions, phase by phase. */
  readonly guarantees: readonly Guarantee[]
  /** How long its proof takes at the traffic that was measured; phases whose traffic is not known are not here. */
  readonly outlooks: readonly Foretold[]
  /** The most grave first. */
  readonly risks: readonly Ranked[]
  readonly contingencies: readonly Planned[]
}

/** Everything a report is made of; without a situation nothing was started. */
interface Parts {
  readonly plan: Plan
  readonly now: Instant
  readonly situation?: Situation
  readonly held: Held
  /** The exposures after the next step; undefined at the end of the plan. */
  readonly next: Exposures | undefined
  /** What comes of its phases at the traffic that was measured or counted. */
  readonly outlooks: readonly Foretold[]
  readonly found: Found
  readonly users: UsersReport
}

/** Returns what would change, and what stands in the way. */
export function planReport({ plan, now, situation, held, next, outlooks, found, users }: Parts): PlanReport {
  const { started, pending, steps, ...differing } = found
  const timeline = timelineOf(plan, now, situation, steps[0]?.index ?? stepsOf(plan).length)
  return {
    name: plan.name,
    started,
    pending,
    steps,
    writes: next ? writesOf(plan, held, { ...held, exposures: next }) : [],
    ...differing,
    timeline,
    atLeast: (timeline.phases.at(-1)?.to ?? now) - now,
    guarantees: guaranteesOf(plan),
    outlooks,
    ...risksOf(plan),
    ...users,
  }
}

function writesOf(plan: Plan, before: Held, after: Held): readonly Write[] {
  return Object.keys(plan.targets).flatMap((target) => {
    const [from, to] = [environment(plan, target, before), environment(plan, target, after)]
    return Object.keys(to).flatMap((variable) =>
      from[variable] === to[variable] ? [] : [{ target, variable, from: from[variable] ?? '', to: to[variable] ?? '' }],
    )
  })
}
