import type { Failure } from '../values/failure.ts'
import type { Carried, Controller, Drill, Files, Move, Signed, Stamp, Why } from './event.ts'
import type { Blocked } from './obstacle.ts'
import type { Outbox } from './outbox.ts'
import { stepsOf, type Step } from '../plan/steps.ts'
import { defaultsOf, type Exposures, type Plan } from '../plan/plan.ts'
import { withoutSingles, type Watch } from '../judge/track.ts'
import type { Instant } from '../values/units.ts'

export type Status = 'running' | 'paused' | 'rolled back' | 'complete' | 'closed'

/** How far one target has come with the newest intent. */
export type Progress = { readonly is: 'pending' } | { readonly is: 'applied' } | ({ readonly is: 'refused' } & Failure)

/** The newest intent while not every target has confirmed it. */
export interface Intent {
  readonly seq: number
  readonly at: Instant
  readonly move: Move
  /** The cursor before, and the one to arrive at. */
  readonly from: number
  readonly cursor: number
  readonly exposures: Exposures
  readonly why: Why
  readonly actor?: string
  /** Gates that somebody went past. */
  readonly overrides?: readonly string[]
  /** The targets that are written for it, and how far each has come. */
  readonly targets: { readonly [target: string]: Progress }
  /** Those of them that were not known to hold the words from before: an older intent had not been confirmed there. */
  readonly doubted: readonly string[]
}

/** An approval that nobody has taken back; whether it counts now is for `standingOf` to say. */
export interface Approved {
  readonly step: number
  readonly group: string
  readonly actor: string
  readonly at: Instant
  /** Hash of the event it came right after: what was signed says which, so that a copy of it proves nothing. */
  readonly upon: string
  readonly signed?: Signed
}

/** A checklist item that is done. */
export interface Checked {
  readonly phase: string
  readonly item: string
  readonly actor: string
  readonly at: Instant
  readonly reason?: string
  readonly evidence?: string
}

/** Who did what, for the line "by whom" of a status. */
export interface Deed {
  readonly why: Why
  readonly at: Instant
  readonly actor: string
  readonly seq: number
}

/** Where a rollout is: a fold over its journal, and plain data. */
export interface State {
  readonly seq: number
  /** Hash of the newest event. */
  readonly hash: string
  /** Which journal it is, whatever came after its first event; '' where there is none. */
  readonly lineage: string
  readonly plan: Plan
  readonly digest: string
  /** The plan's files when it was frozen: an edit since then is drift. */
  readonly files: Files
  readonly startedAt: Instant
  readonly status: Status
  readonly baseline: Exposures
  /** What every toggle has since the newest arrival; while an intent is unfinished, see there. */
  readonly exposures: Exposures
  /** Toggle → when it came to the exposure it has; absent for those that had it at the start. */
  readonly since?: { readonly [toggle: string]: Instant }
  /** Index of the step arrived at last; -1 before the first. */
  readonly cursor: number
  readonly arrivedAt: Instant
  /**
   * When it was last decided where it is to go: by its start, an intent or a resume. By the clock of the process that
   * did.
   */
  readonly decidedAt: Instant
  readonly intent?: Intent
  /** Sequence number of the newest intent, finished or not: the epoch targets hold. */
  readonly epoch: number
  /** Marks of another journal that somebody decided to go on from, on targets that have not confirmed a write since. */
  readonly adopted?: readonly Carried[]
  /** A step up was intended at some time. */
  readonly advanced: boolean
  /** Targets the newest arrival went without. */
  readonly missing: readonly string[]
  /** Targets at which a request of an older intent may be under way still, and land over what they hold now. */
  readonly unsettled: readonly string[]
  readonly watch?: Watch
  /** When a poll was kept last: a controller keeps few of them, and knows more than the journal. */
  readonly observedAt?: Instant
  readonly approvals: readonly Approved[]
  /** Contingencies rehearsed for real, as the plan has them now: the newest rehearsal of each. */
  readonly drilled?: { readonly [contingency: string]: Drill & Pick<Stamp, 'seq' | 'at' | 'actor'> }
  readonly checked: readonly Checked[]
  /** Who froze the plan: who started the rollout, and everybody who accepted an edit since. */
  readonly authors: readonly string[]
  /** Why it is paused, rolled back, complete or closed. */
  readonly stopped?: Deed
  /** Id of the phase that was under way when it was taken back or reduced; until the next step up. */
  readonly retreated?: string
  readonly controller?: Controller & { readonly at: Instant }
  /** What steps up fail on; absent while they fail on nothing that is known. */
  readonly blocked?: readonly Blocked[]
  /** What channels have yet to be told; absent while the plan has none. */
  readonly outbox?: Outbox
  /**
   * The newest event of a kind that this version does not know: what it did to the rollout only a newer version can
   * say.
   */
  readonly unknown?: { readonly seq: number; readonly kind: string; readonly version: string }
  /** The journal goes on there; nothing may follow here. */
  readonly moved?: string
}

/** Returns the state a `start` would make of a plan, by nobody and at no time: to try something out on. */
export function asStarted(plan: Plan, baseline: Exposures = defaultsOf(plan)): State {
  return {
    seq: 0,
    hash: '',
    lineage: '',
    plan,
    digest: '',
    files: {},
    startedAt: 0,
    status: 'running',
    baseline,
    exposures: baseline,
    cursor: -1,
    arrivedAt: 0,
    decidedAt: 0,
    epoch: 0,
    advanced: false,
    missing: [],
    unsettled: [],
    approvals: [],
    checked: [],
    authors: [],
  }
}

/** Tells whether a rollout is over: complete or closed. Nothing of it moves up again; a new one may be started in its place. */
export function isEnded({ status }: Pick<State, 'status'>): boolean {
  return status === 'complete' || status === 'closed'
}

/** Returns what of a watch goes on where a move arrives: a proof from before a retreat is a proof of something else. */
export function provenBy(move: Move, watch: Watch | undefined): Watch | undefined {
  if (move === 'advance' || !watch) return watch
  const { comparison: _, ...rest } = withoutSingles(watch)
  return { ...rest, criteria: {} }
}

/** Returns the step arrived at; undefined before the first. */
export function currentStep(state: State): Step | undefined {
  return stepsOf(state.plan)[state.cursor]
}

/**
 * Tells whether an intent may count as carried out although these targets have not confirmed it: a step up when they
 * are few enough (`maxUnavailable`) and every toggle it moves has been written somewhere; a retreat never.
 */
export function canDoWithout(plan: Plan, intent: Intent, without: readonly string[]): boolean {
  if (intent.move !== 'advance') return without.length === 0
  const moves = stepsOf(plan)[intent.cursor]?.moves ?? []
  const isWritten = (name: string): boolean => plan.toggles[name]?.targets.some((target) => !without.includes(target)) ?? false
  return without.length === 0 || (without.length <= plan.maxUnavailable && moves.every(isWritten))
}

/** Returns the targets that have not confirmed an intent. */
export function unconfirmed(intent: Pick<Intent, 'targets'> | undefined): readonly string[] {
  return Object.entries(intent?.targets ?? {}).flatMap(([target, { is }]) => (is === 'applied' ? [] : [target]))
}

/** Returns the targets that are not known to hold what the newest intent, or the newest arrival, wants them to hold. */
export function doubted({ missing, intent }: Pick<State, 'missing' | 'intent'>): readonly string[] {
  return [...new Set([...missing, ...Object.keys(intent?.targets ?? {})])]
}
