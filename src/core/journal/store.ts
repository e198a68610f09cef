import type { Json } from '../values/json.ts'
import type { SharedTime } from '../judge/track.ts'
import type { Duration, Instant } from '../values/units.ts'
import type { Controller, Event } from './event.ts'

/** A fold kept beside the journal so that reading it does not grow with it. Derived, never trusted unchecked. */
export interface Checkpoint {
  /** The event it was folded up to, and that event's hash. */
  readonly seq: number
  readonly hash: string
  /** Differs when the fold changes its mind: an old checkpoint is then ignored. */
  readonly fold: string
  readonly state: Json
  /** A state of some time before, without its plan where that is the same: what happened since is told with what it happened to. */
  readonly earlier?: { readonly seq: number; readonly state: Json }
}

/** Who watches a rollout, and since when by their clock. Two leases are the same when all of it is. */
export interface Lease {
  readonly holder: Controller
  readonly since: Instant
}

/** One rollout's append-only record. Sequence numbers begin at 1 and have no gap. */
export interface Journal {
  /** Events with a sequence number above `after`, in order. Throws when one is damaged or the chain is broken. */
  read(after?: number): Promise<readonly Event[]>
  /**
   * Adds the event if its `seq` is still free, durably before it resolves.
   * `taken` when another event has that number; an event that turns out to be
   * this very one (same id: the answer had been lost) counts as `appended`.
   * The room that a journal keeps back for a full disk is given to a retreat, and to what is appended with that `goal`.
   */
  append(event: Event, goal?: 'retreat'): Promise<'appended' | 'taken'>
  checkpoint(): Promise<Checkpoint | undefined>
  /** Best effort: a failure here loses nothing but time. */
  keep(checkpoint: Checkpoint): Promise<void>
  /**
   * Takes or renews the lease for `ttl`, unless another one runs that is not `instead` (its holder is known to be
   * gone); resolves to the one that then runs. It only saves double work: nothing may rely on it for safety.
   */
  takeLease(lease: Lease, ttl: Duration, instead?: Lease): Promise<Lease>
  /** Ends the lease early, if it is the one that runs. */
  dropLease(lease: Lease): Promise<void>
  /** The lease that runs. */
  lease(): Promise<Lease | undefined>
  /**
   * Waits until there may be an event after number `after`: true then, false after `limit`. Rejects when `signal` ends.
   */
  changed(after: number, limit: Duration, signal: AbortSignal): Promise<boolean>
  /** Reads the clock of the store, for those that have one which all machines share. */
  readonly time?: () => Promise<SharedTime>
  /** Throws where a first event could not be written, for those that can tell; writes nothing. */
  readonly probe?: () => Promise<void>
  /** Where it is, for messages. */
  readonly place: string
}

export interface Store {
  /** Names of the rollouts that have a journal here. */
  names(): Promise<readonly string[]>
  /** Opens a journal; it need not exist yet. */
  open(name: string): Promise<Journal>
}
