import type { NoticeKind } from './notice-kind.ts'
import type { Exposure, Instant } from './units.ts'

/** One toggle's move, in percent. */
export interface Changed {
  readonly toggle: string
  readonly from: Exposure
  readonly to: Exposure
}

/** What a channel is sent. All of it is text as it is: each adapter escapes what its place would read as markup. */
export interface Message {
  /** The same at every attempt: a receiver that has it already may drop it. */
  readonly id: string
  readonly kind: NoticeKind | 'test'
  readonly severity: 'info' | 'warning' | 'error' | 'critical'
  /** Whether something is wrong from now on, or is over. */
  readonly alert: 'opens' | 'closes' | 'none'
  /** The rollout meant, the same for all its messages: what closes an alert finds what opened it. */
  readonly key: string
  readonly title: string
  readonly text: string
  /** The command to go on. */
  readonly next: string
  readonly at: Instant
  readonly rollout: string
  readonly environment?: string
  readonly seq: number
  readonly actor: string
  readonly reason?: string
  readonly about?: string
  readonly changes: readonly Changed[]
  readonly phase: string
  readonly step: number
  readonly steps: number
}
