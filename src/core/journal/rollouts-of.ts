import type { Event } from './event.ts'
import { evolve } from './fold.ts'
import type { State } from './state.ts'

/** The events of one rollout in a journal: from its start up to where the next one begins. */
export interface OneRollout {
  /** Number of its first event, by which it is named. */
  readonly begun: number
  /** What the journal had come to before it; undefined for the first. */
  readonly before: State | undefined
  readonly events: readonly [Event, ...Event[]]
  /** What it came to. */
  readonly state: State
}

/** Returns every rollout of a journal, the oldest first. */
export function rolloutsOf(events: readonly Event[]): readonly OneRollout[] {
  const starts = events.flatMap(({ type }, nth) => (type === 'started' ? [nth] : []))
  let state: State | undefined
  return starts.flatMap((from, nth) => {
    const [first, ...rest] = events.slice(from, starts[nth + 1])
    const before = state
    for (const event of first ? [first, ...rest] : []) state = evolve(state, event)
    return first && state ? [{ begun: first.seq, before, events: [first, ...rest], state }] : []
  })
}
