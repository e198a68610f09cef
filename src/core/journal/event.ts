import type { Failure } from '../values/failure.ts'
import type { Duration, Instant } from '../values/units.ts'
import type { Exposures, Plan } from '../plan/plan.ts'
import type { Polls } from '../judge/polled.ts'
import type { Watch } from '../judge/track.ts'
import type { Judge } from '../judge/single.ts'
import type { Obstacle } from './obstacle.ts'
import type { Mark } from '../toggle/mark.ts'

/** What moves exposure. */
export type Move = 'advance' | 'step-back' | 'rollback'

/** Why a decision was taken, for people and for machines. */
export interface Why {
  readonly code: 'operator' | 'healthy' | 'critical' | 'warning' | 'no-data' | 'refused' | 'drift' | 'unreachable' | 'standby' | 'evidence'
  /** One sentence: value, comparison, counts. */
  readonly text: string
  readonly metric?: string
  /** Which judge spoke, where a metric is the reason. */
  readonly judge?: Judge
  /** The contingency that is carried out. */
  readonly contingency?: string
}

/** A process that watches the rollout, named well enough to be told from another with the same pid. */
export interface Controller {
  readonly host: string
  readonly pid: number
  /** Boot and pid namespace of the machine; a pid means something only together with them. */
  readonly domain: string
  /** When the process began, in the kernel's own count; '' where the system does not say. */
  readonly began: string
  /** SHA-256 (hex) of a secret that this process holds: the journal alone proves nothing of a process. */
  readonly proof?: string
}

/** What came of a rehearsal. */
export interface Drill {
  readonly contingency: string
  /** Every target confirmed it, and what was there before was put back. */
  readonly passed: boolean
  /** From the intent to the last confirmation. */
  readonly took: Duration
  /** Target → how long it took to confirm, in milliseconds. One that did not is not there. */
  readonly targets: { readonly [target: string]: Duration }
  /** What went wrong. */
  readonly problem?: string
  /** The rehearsal in the journal of another environment that this one relies on. */
  readonly of?: { readonly environment: string; readonly seq: number; readonly hash: string }
}

/** The plan's files as they were read: path relative to the plan's folder → SHA-256 (hex) of the bytes. */
export type Files = { readonly [path: string]: string }

/** A signature (sshsig, armored) and the time that was signed along with it. */
export interface Signed {
  readonly at: Instant
  readonly signature: string
}

/** A mark, and the target that carries it. */
export interface Carried {
  readonly target: string
  readonly mark: Mark
}

/** What happened, before it is stamped. */
export type Fact =
  /**
   * The plan is frozen and the exposure every toggle had before is recorded. `reached` is how far a complete rollout
   * before, or one whose journal is lost, has brought it already: the baseline of what that one moved is the one from
   * before it. `adopted` are the marks of the lost one, which a person decided to go on from.
   */
  | {
      readonly type: 'started'
      readonly plan: Plan
      readonly digest: string
      readonly files: Files
      readonly baseline: Exposures
      readonly reached?: { readonly cursor: number; readonly exposures: Exposures }
      readonly adopted?: readonly Carried[]
    }
  /** An edited plan was accepted. `cursor` is the number of the step it stands at there, where that is another. */
  | {
      readonly type: 'replanned'
      readonly plan: Plan
      readonly digest: string
      readonly files: Files
      readonly baseline: Exposures
      readonly cursor?: number
    }
  /**
   * A verdict, a streak or the hold credit changed enough to be kept. `polls` are those that the watch came of, to be
   * judged again; absent where they were too many, and in older versions.
   */
  | { readonly type: 'observed'; readonly watch: Watch; readonly polls?: Polls }
  /**
   * Durable before anything is written. `exposures` is what every toggle is to have afterwards, `targets` what is
   * written for it; where it does not say, every target that holds a toggle.
   */
  | {
      readonly type: 'intended'
      readonly move: Move
      readonly cursor: number
      readonly exposures: Exposures
      readonly targets?: readonly string[]
      readonly why: Why
      readonly overrides?: readonly string[]
    }
  /**
   * Targets were written and read back. `intent` is the sequence number of the intent. At those that are `unheard` an
   * earlier attempt had no good answer, and may land yet. Older versions wrote one event for each target.
   */
  | { readonly type: 'applied'; readonly intent: number; readonly targets: readonly string[]; readonly unheard?: readonly string[] }
  | { readonly type: 'applied'; readonly intent: number; readonly target: string }
  /**
   * A process that did not make the newest intent is about to write it to targets that refuse no older number: what it
   * and the other have sent may land later than what either knows of.
   */
  | { readonly type: 'joined'; readonly intent: number; readonly targets: readonly string[] }
  | ({ readonly type: 'refused'; readonly intent: number; readonly target: string } & Failure)
  /** Every target has confirmed, but for `missing` (at most `maxUnavailable`). The hold clock starts. */
  | { readonly type: 'arrived'; readonly intent: number; readonly missing: readonly string[]; readonly watch: Watch }
  | { readonly type: 'paused'; readonly why: Why }
  /** What steps up fail on from now on; nothing: it is over. */
  | { readonly type: 'blocked'; readonly by: readonly Obstacle[] }
  | { readonly type: 'resumed' }
  /** Somebody with the right agreed to the step with this index, of the plan with this digest. */
  | { readonly type: 'approved'; readonly step: number; readonly digest: string; readonly group: string; readonly signed?: Signed }
  /** An approval is taken back by who gave it. */
  | { readonly type: 'revoked'; readonly step: number; readonly digest: string; readonly group: string }
  /** A checklist item of a phase is done; `evidence` says where that can be seen. */
  | { readonly type: 'checked'; readonly phase: string; readonly item: string; readonly evidence?: string }
  /** It is not done after all. */
  | { readonly type: 'unchecked'; readonly phase: string; readonly item: string }
  | { readonly type: 'completed'; readonly why: Why }
  /** It will not go on, and every toggle stays as it is: the next start begins anew. */
  | { readonly type: 'closed'; readonly why: Why }
  /** A contingency was rehearsed for real. */
  | ({ readonly type: 'drilled' } & Drill)
  | { readonly type: 'attached'; readonly controller: Controller }
  | { readonly type: 'detached' }
  /**
   * A channel was told of every event it is to be told of, up to the one numbered `through`; with `error` it was given
   * up with them after so many attempts. `note` says whom of the channel it did not reach.
   */
  | {
      readonly type: 'notified'
      readonly channel: string
      readonly through: number
      readonly attempts: number
      readonly error?: string
      readonly note?: string
    }
  /** The journal goes on in another store; nothing follows here. */
  | { readonly type: 'moved'; readonly to: string }

/** Returns the targets that an event says were written and read back. */
export function confirmedBy(applied: Extract<Fact, { type: 'applied' }>): readonly string[] {
  return 'targets' in applied ? applied.targets : [applied.target]
}

/** A fact with its place in the chain. */
export interface Stamp {
  readonly seq: number
  readonly id: string
  /** Hash of the event before; '' for the first. */
  readonly previous: string
  readonly at: Instant
  readonly actor: string
  /** What named the actor: `--actor`, a variable, `git user.email` or `system`. Absent where no person acted. */
  readonly actorFrom?: string
  readonly reason?: string
  /** Version of the program that wrote it. */
  readonly version: string
}

export type Stamped = Fact & Stamp

/** An event as it is kept: SHA-256 (hex) over the canonical JSON of everything else. */
export type Event = Stamped & { readonly hash: string }
