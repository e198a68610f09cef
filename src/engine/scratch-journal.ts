import type { Event } from '../core/journal/event.ts'
import { plainJson } from '../core/values/json.ts'
import type { Journal } from '../core/journal/store.ts'
import { FOLD } from '../core/journal/fold.ts'
import type { State } from '../core/journal/state.ts'

/**
 * Returns a journal in memory that goes on from this state, with the same rules as any other: nothing of it is kept.
 */
export function scratchJournal(state: State): Journal {
  const events: Event[] = []
  return {
    place: 'memory',
    read: async (after = 0) => events.filter(({ seq }) => seq > after),
    append: async (event) => {
      if (event.seq !== state.seq + events.length + 1) return 'taken'
      events.push(event)
      return 'appended'
    },
    checkpoint: async () => ({ seq: state.seq, hash: state.hash, fold: FOLD, state: plainJson(state) }),
    keep: async () => undefined,
    takeLease: async (lease) => lease,
    dropLease: async () => undefined,
    lease: async () => undefined,
    changed: async () => false,
  }
}
