import type { BreakGlassRecord } from '../adapters/state/break-glass.ts'
import { defaultsOf } from '../core/plan/plan.ts'
import type { Event } from '../core/journal/event.ts'
import { describeBreakGlass, isSettled } from './noted.ts'
import { retryOnConflict } from './retry.ts'
import type { Writer } from './writer.ts'

/** The record of a break-glass beside the journal, until the journal knows of it. */
export interface Glass {
  readonly read: () => BreakGlassRecord | undefined
  readonly discard: () => void
}

/**
 * Returns a writer that hears a break-glass: each look for events of others looks for its record as well, so that a
 * controller which was out of reach of its journal writes nothing over it. What was done becomes an intent, which the
 * next turn verifies on every target. A record that is older than what the journal has decided since is left to a
 * person.
 */
export function hearing(writer: Writer, glass: Glass): Writer {
  const hear = async (): Promise<readonly Event[]> =>
    retryOnConflict(async () => {
      const [record, { state }] = [glass.read(), writer]
      if (!record || !state || state.moved !== undefined || isSettled(record, state)) return []
      const why = { code: 'operator', text: describeBreakGlass(record) } as const
      const intended = { type: 'intended', move: 'rollback', cursor: -1, exposures: defaultsOf(state.plan), why } as const
      const heard = await writer.append(intended, record)
      glass.discard()
      return [heard]
    })
  return {
    journal: writer.journal,
    get state() {
      return writer.state
    },
    get made() {
      return writer.made
    },
    follow: (tell) => writer.follow(tell),
    refresh: async () => {
      const events = await writer.refresh()
      return [...events, ...(await hear())]
    },
    append: async (...appending) => writer.append(...appending),
  }
}
