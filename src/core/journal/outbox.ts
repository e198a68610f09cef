import type { Event } from './event.ts'
import { noticesOf, type Notice, type NoticeState } from './notice.ts'
import type { Plan } from '../plan/plan.ts'

/** What channels have yet to be told. A fold like all of the state: after a crash it says the same. */
export interface Outbox {
  /** Channel → the event it has been told of last, or was given up with. */
  readonly told: { readonly [channel: string]: number }
  /** What at least one channel has yet to be told, oldest first. */
  readonly notices: readonly Notice[]
}

type Channels = NonNullable<Plan['notify']>

/** Returns the outbox after one more event; undefined while the plan has no channel. */
export function owe(outbox: Outbox | undefined, event: Event, before: NoticeState | undefined, after: NoticeState): Outbox | undefined {
  const channels = after.plan.notify
  if (!channels) return undefined
  const { told, notices } = outbox ?? { told: {}, notices: [] }
  if (event.type === 'notified') {
    const newest = Math.max(event.through, told[event.channel] ?? 0)
    return pruned(channels, { told: { ...told, [event.channel]: newest }, notices })
  }
  const fresh = noticesOf(event, before, after)
  // A channel that is new is told from here on.
  const isPlan = event.type === 'started' || event.type === 'replanned'
  if (fresh.length === 0 && !isPlan) return outbox
  const known = isPlan ? Object.fromEntries(Object.keys(channels).map((name) => [name, told[name] ?? event.seq - 1])) : told
  return pruned(channels, { told: known, notices: [...notices, ...fresh] })
}

/**
 * Returns what one channel has yet to be told, oldest first: in order, so that what opens an alert comes before what
 * closes it.
 */
export function owedTo({ notify: channels }: Pick<Plan, 'notify'>, outbox: Outbox | undefined, name: string): readonly Notice[] {
  const channel = channels && Object.hasOwn(channels, name) ? channels[name] : undefined
  if (!channel || !outbox) return []
  return outbox.notices.filter((notice) => wants(name, channel, notice) && notice.seq > (outbox.told[name] ?? 0))
}

/** A channel without events is silenced, even where a contingency calls it. */
function wants(name: string, { events }: Channels[string], { kind, called = [] }: Notice): boolean {
  return events.includes(kind) || (events.length > 0 && called.includes(name))
}

function pruned(channels: Channels, { told, notices }: Outbox): Outbox {
  const all = Object.entries(channels)
  const isOwed = (notice: Notice): boolean => all.some(([name, channel]) => wants(name, channel, notice) && notice.seq > (told[name] ?? 0))
  return { told, notices: notices.filter(isOwed) }
}
