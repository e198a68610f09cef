import { cloudEventOf } from '../core/journal/cdevents.ts'
import type { Event } from '../core/journal/event.ts'
import type { Journal } from '../core/journal/store.ts'
import type { Stream } from '../core/values/stream.ts'
import { compose } from '../core/journal/message.ts'
import { noticesOf } from '../core/journal/notice.ts'
import { isMissed } from '../core/journal/outbox.ts'
import { evolve } from '../core/journal/fold.ts'
import type { State } from '../core/journal/state.ts'
import { RECENT } from '../engine/load-state.ts'
import { readRecent, type Recent } from '../engine/recent.ts'
import { happenings, renderEvent, type Happening } from '../views/event.ts'
import { jsonList } from '../views/json.ts'
import { renderSignatures, type SignatureCheck } from '../views/signatures.ts'
import { oneRollout } from '../session/one-rollout.ts'
import { nothingStarted } from '../session/nothing-started.ts'
import { readEvents } from '../session/project.ts'
import type { VerbAnswer, Session } from '../session/session.ts'
import type { ValuesOf } from './table.ts'

/** Shows what happened, newest first. Reading the whole journal checks every hash of its chain. */
export default async function history(session: Session<ValuesOf<'history'>>): Promise<VerbAnswer> {
  const { verify, format, limit = Number.POSITIVE_INFINITY, all, of } = session.options
  if (of !== undefined) {
    const { events, before: from } = await oneRollout(session, of)
    return shown({ events, ...(from && { from }) }, limit, all)
  }
  if (limit <= RECENT && !format) return recent(session, limit, all)
  const { journal, events } = await readEvents(session)
  if (verify) return verified(session, journal, events)
  // An event at a time: a long journal is not held a second time as text.
  if (format === 'cdevents') {
    const list = { name: 'events', values: cdEvents(events) }
    return { outcome: 'done', kind: 'cdevents', value: {}, list, text: (out) => jsonList(list.values, out) }
  }
  return shown({ events }, limit, all)
}

/** The newest are told without reading a long journal to its beginning. */
async function recent(session: Session, limit: number, all: boolean): Promise<VerbAnswer> {
  const journal = await session.journal()
  const isEnough = ({ events }: Recent): boolean => events.filter((event) => isShown(event, all)).length >= limit
  const found = await readRecent(journal, isEnough)
  if (found.events.length === 0) throw nothingStarted(journal)
  return shown(found, limit, all)
}

function shown({ from, events }: Recent, limit: number, all: boolean): VerbAnswer {
  return {
    outcome: 'done',
    kind: 'history',
    value: {},
    list: { name: 'events', values: newest(events, limit, all) },
    text: (out) => lines(happenings(events, from), limit, all, out),
  }
}

async function verified(session: Session, journal: Journal, events: readonly Event[]): Promise<VerbAnswer> {
  const checkpoint = await journal.checkpoint()
  const signatures = await checkSignatures(session, events)
  const value = { events: events.length, head: events.at(-1)?.hash ?? '', checkpoint: checkpoint?.seq ?? 0, signatures }
  return {
    outcome: signatures.some(({ wrong }) => wrong !== undefined) ? 'denied' : 'done',
    kind: 'verification',
    value,
    text: () => `✓ ${value.events} events, no gap, every hash holds; the newest is ${value.head}\n${renderSignatures(signatures)}`,
  }
}

function* lines(found: readonly Happening[], limit: number, all: boolean, out: Stream): Generator<string> {
  const told = found.filter(({ event }) => isShown(event, all))
  for (const happening of told.toReversed().slice(0, limit)) yield `${renderEvent(happening, out)}\n`
}

function* newest(events: readonly Event[], limit: number, all: boolean): Generator<Event> {
  let left = limit
  for (let nth = events.length - 1; nth >= 0 && left > 0; nth -= 1) {
    const event = events[nth]
    if (!event || !isShown(event, all)) continue
    yield event
    left -= 1
  }
}

/** What a channel with every event would have been told, oldest first: a batch of CloudEvents (json-format.md, 4). */
function* cdEvents(events: readonly Event[]): Generator {
  let state: State | undefined
  for (const event of events) {
    const after = evolve(state, event)
    if (after) for (const notice of noticesOf(event, state, after)) yield cloudEventOf(compose(after.plan, notice))
    state = after
  }
}

/** What nobody looks for in a history is only shown with everything. */
function isShown(event: Event, all: boolean): boolean {
  return all || !(event.type === 'observed' || (event.type === 'notified' && !isMissed(event)))
}

/** Returns every signed approval, with what speaks against its signature; by the signers' file as it is now. */
async function checkSignatures(session: Session, events: readonly Event[]): Promise<readonly SignatureCheck[]> {
  const checked: SignatureCheck[] = []
  for (const { event, before } of happenings(events)) {
    if (event.type !== 'approved' || !event.signed || !before) continue
    const { refuteApproval } = await import('../session/signing.ts')
    const wrong = await refuteApproval(session, before, { ...event, upon: event.previous })
    checked.push({ seq: event.seq, actor: event.actor, ...(wrong !== undefined && { wrong }) })
  }
  return checked
}
