import type { OpenMetric, OpenTarget } from '../adapters/open.ts'
import { RolloutError } from '../core/values/errors.ts'
import type { Clock } from '../core/ports.ts'
import type { Approved, State } from '../core/journal/state.ts'
import type { Duration } from '../core/values/units.ts'
import type { Signature, Writer } from './writer.ts'

/** What the engine works with. It takes nothing else from the world. */
export interface Engine {
  readonly writer: Writer
  readonly targets: readonly OpenTarget[]
  readonly metrics: readonly OpenMetric[]
  readonly clock: Clock
  /** How far the clock of the store is ahead of this process's monotonic one at least, and by how much more at most, where it was asked. */
  readonly store?: { readonly ahead: Duration; readonly within: Duration; readonly domain: string }
  readonly signal: AbortSignal
  /** Ends a while after `signal`: a process told to stop still asks whether what it has sent must be put right. */
  readonly grace: AbortSignal
  /** Jitter for retries: 0 ≤ x < 1. */
  readonly random: () => number
  /** On events the engine writes by itself. */
  readonly signature: Signature
  /** Opens targets and metrics anew where an accepted plan has others since they were opened; absent where nothing outlasts one. */
  readonly renew?: () => Promise<void>
  /** Why the signature of an approval proves nothing; undefined when it proves what it says. */
  readonly refute: (state: State, approved: Approved) => Promise<string | undefined>
}

/** Returns the state. Throws `usage` when nothing was started. */
export function stateOf(engine: Pick<Engine, 'writer'>): State {
  const { state, journal } = engine.writer
  if (state) return state
  throw new RolloutError('usage', { message: `nothing was started yet (${journal.place})`, hint: 'rollout start' })
}
