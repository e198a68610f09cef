import type { Event } from './event.ts'
import { noticesOf, type Notice, type NoticeState } from './notice.ts'
import type { Plan } from '../plan/plan.ts'
import type { Duration, Instant } from '../values/units.ts'

/** A message that did not get through, or not to everybody of its channel, in words: `could not be told of #12 (paused): …`. */
interface Unreached {
  readonly channel: string
  readonly at: Instant
  readonly text: string
}

/** What channels have yet to be told. A fold like all of the state: after a crash it says the same. */
export interface Outbox {
  /** Channel → the event it has been told of last, or was given up with. */
  readonly told: { readonly [channel: string]: number }
  /** What at least one channel has yet to be told, oldest first. */
  readonly notices: readonly Notice[]
  /** What did not get through last, of each channel; absent where everything did. */
  readonly unreached?: readonly Unreached[]
}

/** So old it is no news any more. */
const OLD: Duration = 86_400_000

type Notified = Extract<Event, { type: 'notified' }>
type Channels = NonNullable<Plan['notify']>

/** Returns the outbox after one more event; undefined while the plan has no channel. */
export function owe(outbox: Outbox | undefined, event: Event, before: NoticeState | undefined, after: NoticeState): Outbox | undefined {
  const channels = after.plan.notify
  if (!channels) return undefined
  const { told, notices, unreached = [] } = outbox ?? { told: {}, notices: [] }
  if (event.type === 'notified') {
    const newest = Math.max(event.through, told[event.channel] ?? 0)
    const all = isMissed(event) ? [...unreached.filter(({ channel }) => channel !== event.channel), unreachedBy(event, notices)] : unreached
    return pruned(channels, { told: { ...told, [event.channel]: newest }, notices, unreached: all })
  }
  const fresh = noticesOf(event, before, after)
  // A channel that is new is told from here on.
  const isPlan = event.type === 'started' || event.type === 'replanned'
  if (fresh.length === 0 && !isPlan) return outbox
  const known = isPlan ? Object.fromEntries(Object.keys(channels).map((name) => [name, told[name] ?? event.seq - 1])) : told
  return pruned(channels, { told: known, notices: [...notices, ...fresh], unreached })
}

function unreachedBy({ channel, through, at, error, note }: Notified, notices: readonly Notice[]): Unreached {
  const kind = notices.find(({ seq }) => seq === through)?.kind
  const of = `told of #${through}${kind ? ` (${kind})` : ''}`
  return { channel, at, text: error === undefined ? `was ${of}, but ${note}` : `could not be ${of}: ${error}` }
}

/** Tells whether a channel, or somebody of it, was not told of something. */
export function isMissed({ error, note }: Notified): boolean {
  return error !== undefined || note !== undefined
}

/** Returns what did not get through within a day. */
export function unreachedIn({ unreached = [] }: Partial<Outbox> = {}, now: Instant): readonly Unreached[] {
  return unreached.filter(({ at }) => now - at <= OLD)
}

/** Tells whether a channel is to be told of a notice. One without events is silenced, even where a contingency calls it. */
export function wants(name: string, { events }: Channels[string], { kind, called = [] }: Notice): boolean {
  return events.includes(kind) || (events.length > 0 && called.includes(name))
}

function pruned(channels: Channels, { told, notices, unreached = [] }: Outbox): Outbox {
  const all = Object.entries(channels)
  const isOwed = (notice: Notice): boolean => all.some(([name, channel]) => wants(name, channel, notice) && notice.seq > (told[name] ?? 0))
  return { told, notices: notices.filter(isOwed), ...(unreached.length > 0 && { unreached }) }
}
