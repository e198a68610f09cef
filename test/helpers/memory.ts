import { isSealed } from '../../src/adapters/state/seal.ts'
import type { Event } from '../../src/core/journal/event.ts'
import type { Checkpoint, Journal } from '../../src/core/journal/store.ts'
import type { Clock } from '../../src/core/ports.ts'

/** A journal in memory with the semantics of the real ones. `onAppend` may throw, or append as somebody else first. */
export function memoryJournal(
  onAppend: (event: Event, events: Event[]) => void = () => undefined,
  clock?: Pick<Clock, 'sleep'>,
): Journal & { readonly events: Event[] } {
  const events: Event[] = []
  let checkpoint: Checkpoint | undefined
  return {
    events,
    place: 'memory',
    read: async (after = 0) => events.filter(({ seq }) => seq > after),
    append: async (event) => {
      // As every real one: what was sealed together with something else is refused.
      if (!isSealed(event)) throw new Error(`event ${event.seq} does not match its hash`)
      onAppend(event, events)
      const winner = events[event.seq - 1]
      if (winner) return winner.id === event.id ? 'appended' : 'taken'
      events.push(event)
      return 'appended'
    },
    checkpoint: async () => checkpoint,
    keep: async (kept) => {
      checkpoint = kept
    },
    // Whoever asks has it, unless a test says who else does.
    lease: async () => undefined,
    takeLease: async (lease) => lease,
    dropLease: async () => undefined,
    changed: async (_, limit, signal) => (await clock?.sleep(limit, signal), false),
  }
}

/** A clock that only moves when it is slept on or told to. */
export function fakeClock(start = 1_800_000_000_000): Clock & { advance(duration: number): void; jump(duration: number): void } {
  let wall = start
  let monotonic = 0
  return {
    domain: 'test',
    now: () => wall,
    monotonic: () => monotonic,
    sleep: async (duration, signal) => {
      signal?.throwIfAborted()
      wall += duration
      monotonic += duration
    },
    // Nothing a test does takes any time of this clock.
    timer: () => () => undefined,
    advance: (duration) => {
      wall += duration
      monotonic += duration
    },
    jump: (duration) => {
      wall += duration
    },
  }
}
