import type { Clock } from '../core/ports.ts'
import type { LookUp, NamedAdapter } from './refuse-unnamed.ts'

/** Everything adapters are lent but the deadline of each call. */
export interface Lender {
  readonly clock: Clock
  readonly env: Readonly<Record<string, string | undefined>>
  readonly folder: string
  /** Whether an adapter stands in the plan file of the person who types: no other is opened. */
  readonly standingOf: LookUp
  /** Reads the targets of that plan file, for what stands there otherwise than in a journal; absent where it says nothing here. */
  readonly targetsNamed?: () => Promise<readonly NamedAdapter[]>
}
