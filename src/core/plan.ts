import type { Duration, Exposure, Instant } from './units.ts'
import type { Policy } from './evidence/policy.ts'
import type { Rule } from './rule.ts'

/** Any JSON value: what can be frozen into the journal. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

export type ToggleKind = 'release' | 'ops' | 'experiment' | 'permission' | 'legacy'

export interface Toggle {
  readonly description?: string
  readonly owner?: string
  /** A `legacy` toggle runs downwards: a step to 25 % takes it away from 25 % of the users. */
  readonly kind: ToggleKind
  /** The env var written to targets; the inventory key unless `variable:` renames it. */
  readonly variable: string
  /** What "revert to defaults" restores: 0 or 100. */
  readonly default: Exposure
  /** `users`: a percentage of users. `instances`: of a target's instances. `all`: on or off for everybody, nothing between. */
  readonly exposure: 'users' | 'instances' | 'all'
  /** A partial rollback keeps a core toggle. */
  readonly core: boolean
  readonly targets: readonly string[]
  /** Toggles that must be on at least as far as this one, at every step. */
  readonly requires: readonly string[]
  /** The words that mean 100 % and 0 % to the application. */
  readonly words: { readonly on: string; readonly off: string }
  /** ISO date, yyyy-mm-dd. */
  readonly removeBy?: string
}

/** A place where toggles are written. `options` are the adapter's, with `${NAME}` references unresolved. */
export interface Target {
  /** Adapter: a name in adapters/targets, or a path (`./mine.mjs`) relative to the plan. */
  readonly use: string
  /** Where it is more than one place; `{{instance}}` in an option is the name of each in turn. Never empty. */
  readonly instances?: readonly string[]
  readonly options: { readonly [key: string]: Json }
}

export type OnNoData = 'hold' | 'pause' | 'rollback' | 'ignore'
export type OnWarning = 'pause' | 'step-back' | 'hold'
export type OnCritical = 'rollback' | 'step-back' | 'pause'

/** A rule that must hold for some time without a gap before it counts. */
export interface TimedRule {
  readonly when: Rule
  readonly for: Duration
}

/** How a step is judged and paced where the toggle-on group can be compared with the toggle-off group. */
export interface Evidence {
  /** `evidence`: a step ends when enough is known. `clock`: when its hold is over; evidence still rolls back. */
  readonly pace: 'evidence' | 'clock'
  readonly policy: Omit<Policy, 'shares'>
}

export interface Metric {
  readonly use: string
  readonly options: { readonly [key: string]: Json }
  /** Must hold for the `metrics` gate to open; without it, not being in warning is enough. */
  /** Its reading tells the two groups apart: failures of requests, or how long they take. */
  readonly compares?: 'failures' | 'latency'
  /** The toggle whose groups these are; whichever moves, unless told. */
  readonly toggle?: string
  readonly success?: Rule
  readonly warning?: TimedRule
  readonly critical?: TimedRule
  /** Requests needed since the step was reached; only for metrics that count. */
  readonly minSamples: number
  readonly onNoData: OnNoData
  /** How far back a counting metric looks, never further than the start of the step. */
  readonly window: Duration
  /** A sample older than this is `missing: stale`. */
  readonly maxAge: Duration
  /** Deadline for one read, retries included. */
  readonly timeout: Duration
}

export interface Approval {
  /** Key of `Plan.approvers`. */
  readonly group: string
  readonly count: number
}

/** One percentage step of a phase, as written in its file. */
export interface PhaseStep {
  readonly to: Exposure
  readonly hold: Duration
  readonly approval?: Approval
}

export interface ChecklistItem {
  readonly id: string
  readonly text: string
  readonly owner?: string
}

export interface Criterion {
  readonly metric: string
  readonly rule: Rule
  /** Watched time for which it must have held without once being broken; silence neither counts nor breaks it. */
  readonly over: Duration
}

export interface Phase {
  readonly id: string
  readonly title: string
  /** Planned length, for the timeline. */
  readonly planned?: { readonly min: Duration; readonly max: Duration }
  readonly toggles: readonly string[]
  readonly order: 'one-by-one' | 'together'
  readonly steps: readonly PhaseStep[]
  /** Names of metrics judged while this phase is under way. */
  readonly metrics: readonly string[]
  readonly onWarning: OnWarning
  readonly onCritical: OnCritical
  /** Bake: how long to keep watching after the last step before the phase is complete. */
  readonly after: Duration
  readonly checklist: readonly ChecklistItem[]
  readonly success: readonly Criterion[]
  /** Only where it differs from the defaults. */
  readonly evidence?: Evidence
}

/** A weekly window in which steps up are allowed: days (0 = Sunday) and minutes of the local day. */
export interface Window {
  readonly days: readonly number[]
  readonly from: number
  readonly to: number
  /** IANA zone. */
  readonly zone: string
}

/** A span of time without steps up. */
export interface Freeze {
  readonly name: string
  readonly from: Instant
  readonly to: Instant
}

/** The whole plan with every default filled in. Frozen into the journal at `start`. */
export interface Plan {
  readonly version: 1
  readonly name: string
  readonly environment?: string
  readonly owner?: string
  readonly toggles: { readonly [name: string]: Toggle }
  readonly targets: { readonly [name: string]: Target }
  readonly metrics: { readonly [name: string]: Metric }
  readonly phases: readonly Phase[]
  /** Time between two polls. */
  readonly interval: Duration
  /** How long a warning or missing data may hold a step before it pauses. */
  readonly patience: Duration
  /** How many targets may stay unconfirmed without making a step critical. */
  readonly maxUnavailable: number
  readonly approvers: { readonly [group: string]: readonly string[] }
  /** Steps up are allowed only inside one of these; none means always. */
  readonly windows: readonly Window[]
  readonly freezes: readonly Freeze[]
}

/** One entry of the compiled list: which toggles move, and to what, within which phase. */
export interface Step extends PhaseStep {
  readonly index: number
  /** Index into `Plan.phases`. */
  readonly phase: number
  /** The toggles this step moves. */
  readonly moves: readonly string[]
  /** The last step of its phase. */
  readonly last: boolean
}

/** How much of each toggle is on. */
export type Exposures = { readonly [toggle: string]: Exposure }

/**
 * Compiles the phases to the one ordered list of steps the cursor moves along.
 * `one-by-one` takes each toggle through all steps before the next begins.
 */
export function stepsOf(plan: Plan): readonly Step[] {
  const known = compiled.get(plan)
  if (known) return known
  const steps = compile(plan)
  compiled.set(plan, steps)
  return steps
}

/** A plan never changes once it is made, and every decision asks for its steps many times. */
const compiled = new WeakMap<Plan, readonly Step[]>()

function compile(plan: Plan): readonly Step[] {
  const bare = plan.phases.flatMap((phase, index) => {
    const rounds = phase.order === 'together' ? [phase.toggles] : phase.toggles.map((toggle) => [toggle])
    const steps = rounds.flatMap((moves) => phase.steps.map((step) => ({ ...step, phase: index, moves })))
    return steps.map((step, nth) => ({ ...step, last: nth === steps.length - 1 }))
  })
  return bare.map((step, index) => ({ ...step, index }))
}

/**
 * What a step `to` percent means for one toggle. Rising toggles never fall below
 * their baseline; a legacy toggle is taken away from `to` percent of the users.
 */
export function exposureAt(toggle: Toggle, baseline: Exposure, to: Exposure): Exposure {
  if (toggle.kind === 'legacy') return Math.min(baseline, round(100 - to))
  return Math.max(baseline, to)
}

/** Whether moving from `from` to `to` carries the toggle's change to more users. */
export function isForward(toggle: Toggle, from: Exposure, to: Exposure): boolean {
  return toggle.kind === 'legacy' ? to < from : to > from
}

/** Every toggle at its default. */
export function defaultsOf(plan: Pick<Plan, 'toggles'>): Exposures {
  return Object.fromEntries(Object.entries(plan.toggles).map(([name, toggle]) => [name, toggle.default]))
}

/** The exposure of every toggle once the step at `cursor` has been reached; -1 is the baseline. */
export function after(plan: Plan, baseline: Exposures, cursor: number): Exposures {
  const reached: Record<string, Exposure> = { ...baseline }
  for (const step of stepsOf(plan).slice(0, cursor + 1)) {
    for (const name of step.moves) {
      const toggle = plan.toggles[name]
      if (toggle) reached[name] = exposureAt(toggle, baseline[name] ?? toggle.default, step.to)
    }
  }
  return reached
}

/** The toggles of `names` and everything that requires them, directly or not. */
export function dependants(plan: Plan, names: readonly string[]): readonly string[] {
  const found = new Set(names)
  for (const name of found) {
    for (const [other, toggle] of Object.entries(plan.toggles)) {
      if (toggle.requires.includes(name)) found.add(other)
    }
  }
  return [...found]
}

/** The toggles written to a target. */
export function togglesOf(plan: Plan, target: string): readonly string[] {
  return Object.keys(plan.toggles).filter((name) => plan.toggles[name]?.targets.includes(target))
}

function round(exposure: Exposure): Exposure {
  return Math.round(exposure * 1e5) / 1e5
}
