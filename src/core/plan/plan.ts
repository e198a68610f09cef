import type { OnOffWords } from '../toggle/words.ts'
import type { Duration, Exposure, Instant } from '../values/units.ts'
import type { WrittenPolicy } from '../evidence/policy.ts'
import type { Contingency, Risk } from '../values/risk.ts'
import type { Audience, NoticeKind } from '../values/notice-kind.ts'
import type { Rule } from '../values/rule.ts'
import type { Json } from '../values/json.ts'
import type { Metric } from './metric.ts'

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
  /**
   * `users`: a percentage of users. `instances`: of a target's instances. `all`: on or off for everybody, nothing
   * between.
   */
  readonly exposure: 'users' | 'instances' | 'all'
  /** A partial rollback keeps a core toggle. */
  readonly core: boolean
  readonly targets: readonly string[]
  /** Toggles that must be on at least as far as this one, at every step. */
  readonly requires: readonly string[]
  /** The words that mean 100 % and 0 % to the application. */
  readonly words: OnOffWords
  /** ISO date, yyyy-mm-dd. */
  readonly removeBy?: string
  /** Keys of `Plan.segments`: a user who belongs to one gets the toggle with its first step. */
  readonly segments?: readonly string[]
  /** Ids that get it with its first step, and ids that never get it. */
  readonly allow?: readonly string[]
  readonly deny?: readonly string[]
  /** The toggle whose new way this one runs beside the old one: its exposure is a share of calls, and answers nobody. */
  readonly shadows?: string
}

/** Some of the users: those a rule holds for, and those of a list. */
export interface Segment {
  /** As the env contract writes it, see segment.ts: `country:in:se,no;plan:equals:pro`. */
  readonly rule?: string
  /** Ids that are added to the lists of every toggle that names the segment. */
  readonly allow?: readonly string[]
  readonly deny?: readonly string[]
}

/** The traffic and the users of an application, as they are known before a rollout. */
export interface Users {
  readonly count: number
  /** Requests of one user a day. */
  readonly requests: number
  /** Share of requests that fail with the toggle off, 0–1. */
  readonly errors: number
}

/** A place where toggles are written. `options` are the adapter's, with `${NAME}` references unresolved. */
export interface Target {
  /** Adapter: a name in adapters/targets, or a path (`./mine.mjs`) relative to the plan. */
  readonly use: string
  /** Where it is more than one place; `{{instance}}` in an option is the name of each in turn. Never empty. */
  readonly instances?: readonly string[]
  readonly options: { readonly [key: string]: Json }
}

export type OnWarning = 'pause' | 'step-back' | 'hold'
export type OnCritical = 'rollback' | 'step-back' | 'pause'

/** How a step is judged and paced where the toggle-on group can be compared with the toggle-off group. */
export interface Evidence {
  /** `evidence`: a step ends when enough is known. `clock`: when its hold is over; evidence still rolls back. */
  readonly pace: 'evidence' | 'clock'
  readonly policy: WrittenPolicy
}

export interface Approval {
  /** Key of `Plan.approvers`. */
  readonly group: string
  readonly count: number
  /** Two-person rule: who froze the plan (`start`, `plan --accept`) and who types the step do not count. */
  readonly by?: 'others'
  /** It counts for this long. */
  readonly expires?: Duration
  /** Only a signature of somebody in the signers' file counts. */
  readonly signed?: true
  /** `phase`: given once, at any step of the phase. Each step asks anew unless told. */
  readonly covers?: 'phase'
}

/** Whose matter an item or a criterion is. */
export type Concern = 'technical' | 'business' | 'operational'

/** One percentage step of a phase, as written in its file. */
export interface PhaseStep {
  readonly to: Exposure
  readonly hold: Duration
  /** One group, or several that must all agree: see `approvalsOf`. */
  readonly approval?: Approval | readonly Approval[]
  /** For how long nobody must have been answered by what goes, before a legacy toggle is taken away from the last users. */
  readonly unused?: Duration
}

export interface ChecklistItem {
  readonly id: string
  readonly text: string
  /** Who sees to it. Where that is a group of approvers, only its members may tick it. */
  readonly owner?: string
  readonly kind?: Concern
  /** It cannot be ticked without saying where the proof is. */
  readonly evidence?: true
}

export interface Criterion {
  readonly metric: string
  readonly rule: Rule
  /**
   * Watched time at the phase's last step for which it must have held without once being broken; silence neither
   * counts nor breaks it.
   */
  readonly over: Duration
  readonly kind?: Concern
}

/** The new way beside the old one, for a share of the calls, before anybody is answered by it. */
export interface Shadow {
  readonly share: Exposure
  readonly hold: Duration
  /** What compares both ways: differences and errors of the calls that were compared. */
  readonly metric: string
  readonly approval?: PhaseStep['approval']
}

export interface Phase {
  readonly id: string
  readonly title: string
  /** Planned length, for the timeline. */
  readonly planned?: { readonly min: Duration; readonly max: Duration }
  readonly toggles: readonly string[]
  readonly order: 'one-by-one' | 'together'
  readonly steps: readonly PhaseStep[]
  /** As it is written: `withShadows` makes a phase of its own of it, before this one. */
  readonly shadow?: Shadow
  /** The phase this one is the shadow of, and what compares both ways. */
  readonly shadows?: { readonly phase: string; readonly metric: string }
  /** Toggles that are put back as its first step is taken: its shadow is over then. */
  readonly ends?: readonly string[]
  /** For so long after a step is reached nothing that is read counts, and its hold has not begun. */
  readonly settle?: Duration
  /** Names of metrics judged while this phase is under way. */
  readonly metrics: readonly string[]
  readonly onWarning: OnWarning
  readonly onCritical: OnCritical
  /** Bake: how long to keep watching after the last step before the phase is complete. */
  readonly after: Duration
  readonly checklist: readonly ChecklistItem[]
  readonly success: readonly Criterion[]
  /** Only where it is written: the groups are compared without it, by the defaults. */
  readonly evidence?: Evidence
  /** A contingency that must have been rehearsed for real before the phase is complete. */
  readonly drill?: string
}

/**
 * A weekly window in which steps up are allowed: days (0 = Sunday) and minutes of the local day. One that ends before
 * it begins (22:00 to 02:00) goes on into the next day; its days are those on which it opens.
 */
export interface Window {
  readonly days: readonly number[]
  readonly from: number
  readonly to: number
  /** IANA zone. */
  readonly zone: string
}

/** A span of time without steps up; `to` is exclusive. */
export interface Freeze {
  readonly name: string
  readonly from: Instant
  readonly to: Instant
}

/** A place where people or systems are told. `options` are the adapter's, with `${NAME}` references unresolved. */
export interface Channel {
  /** Adapter: a name in adapters/notify, or a path (`./mine.mjs`) relative to the plan. */
  readonly use: string
  readonly options: { readonly [key: string]: Json }
  readonly audience: Audience
  readonly events: readonly NoticeKind[]
  /** Text with placeholders, in place of the program's own. */
  readonly message?: string
  /** Deadline of one attempt. */
  readonly timeout: Duration
}

/** How a toggle that has ended is taken out of the code. */
export interface Cleanup {
  /** A command that says whether the project is whole, as a list of its words. */
  readonly check?: readonly [string, ...string[]]
  readonly timeout: Duration
  /** How long the side that goes must not have been answered; 7 days where absent. */
  readonly unused?: Duration
  /** Functions that answer whether a toggle is on, beside those of the SDK. */
  readonly asks: readonly string[]
}

/** The whole plan with every default filled in. Frozen into the journal at `start`. */
export interface Plan {
  readonly version: 1
  readonly name: string
  readonly environment?: string
  readonly owner?: string
  readonly toggles: { readonly [name: string]: Toggle }
  readonly segments?: { readonly [name: string]: Segment }
  readonly users?: Users
  readonly targets: { readonly [name: string]: Target }
  readonly metrics: { readonly [name: string]: Metric }
  readonly phases: readonly Phase[]
  /** Time between two polls. */
  readonly interval: Duration
  /** How long a warning or missing data may hold a step before it pauses. */
  readonly patience: Duration
  /** How long a toggle may be where it ends before it is said to be stale; 14 days where absent. */
  readonly stale?: Duration
  /** How many targets may stay unconfirmed without making a step critical. */
  readonly maxUnavailable: number
  readonly approvers: { readonly [group: string]: readonly string[] }
  /** OpenSSH allowed-signers file, relative to the plan: whose signatures count, and for whom. */
  readonly signers?: string
  /** Steps up are allowed only inside one of these; none means always. */
  readonly windows: readonly Window[]
  readonly freezes: readonly Freeze[]
  readonly risks?: { readonly [id: string]: Risk }
  readonly contingencies?: { readonly [id: string]: Contingency }
  /** The environment is one in which contingencies may be rehearsed for real. */
  readonly drill?: true
  /** Who is told of what; absent where nobody is. */
  readonly notify?: { readonly [name: string]: Channel }
  readonly cleanup?: Cleanup
}

/** Returns the metrics that any phase is judged by. */
export function metricsOf({ phases }: Pick<Plan, 'phases'>): readonly string[] {
  return [...new Set(phases.flatMap(({ metrics, success }) => [...metrics, ...success.map(({ metric }) => metric)]))]
}

/** How much of each toggle is on. */
export type Exposures = { readonly [toggle: string]: Exposure }

/** Returns every toggle at its default. */
export function defaultsOf(plan: Pick<Plan, 'toggles'>): Exposures {
  return Object.fromEntries(Object.entries(plan.toggles).map(([name, toggle]) => [name, toggle.default]))
}

/** Returns the toggles of `names`, everything that requires them, directly or not, and their shadows. */
export function dependants(plan: Plan, names: readonly string[]): readonly string[] {
  const found = new Set(names)
  for (const name of found) {
    for (const [other, toggle] of Object.entries(plan.toggles)) {
      if (toggle.requires.includes(name) || toggle.shadows === name) found.add(other)
    }
  }
  return [...found]
}

/** Returns the key of a phase's n-th success criterion in `Watch.criteria`. */
export function criterionKey(phase: Phase, nth: number): string {
  return `${phase.id}/${nth}`
}
