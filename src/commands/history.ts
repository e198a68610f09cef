import { cloudEventOf } from '../core/journal/cdevents.ts'
import { RolloutError, type Outcome } from '../core/values/errors.ts'
import type { Event } from '../core/journal/event.ts'
import { compose } from '../core/journal/message.ts'
import { noticesOf } from '../core/journal/notice.ts'
import { evolve } from '../core/journal/fold.ts'
import type { State } from '../core/journal/state.ts'
import type { Shell } from '../shell.ts'
import { happenings, renderEvent } from '../views/event.ts'
import { writeJson, writeJsonList } from '../views/json.ts'
import { renderSignatures, type SignatureCheck } from '../views/signatures.ts'
import { flag, text, type Input } from '../session/input.ts'
import { openJournal } from '../session/project.ts'

/** What happened, newest first. Reading the whole journal checks every hash of its chain. */
export default async function history(shell: Shell, input: Input): Promise<Outcome> {
  const journal = await openJournal(shell, input)
  const events = await journal.read()
  if (events.length === 0) throw new RolloutError('usage', { message: `nothing was started yet (${journal.place})`, hint: 'rollout start' })
  if (flag(input, 'verify')) {
    const checkpoint = await journal.checkpoint()
    const newest = events.at(-1)
    const signatures = await checkSignatures(shell, input, events)
    const value = { events: events.length, head: newest?.hash ?? '', checkpoint: checkpoint?.seq ?? 0, signatures }
    if (flag(input, 'json')) writeJson(value, shell.out)
    else {
      shell.out.write(`✓ ${value.events} events, no gap, every hash holds; the newest is ${value.head}\n`)
      shell.out.write(renderSignatures(signatures))
    }
    return signatures.some(({ wrong }) => wrong !== undefined) ? 'denied' : 'done'
  }
  const limit = limitOf(input)
  const isShown = (event: Event): boolean => flag(input, 'all') || !isRoutine(event)
  // A value at a time: a long journal is not held a second time as text.
  if (text(input, 'format') === 'cdevents' && text(input, 'limit') !== undefined)
    throw new RolloutError('usage', { message: '--limit does not go with --format: events that resolve others would be without them' })
  if (text(input, 'format') === 'cdevents') writeJsonList(cdEvents(events), shell.out)
  else if (flag(input, 'json')) writeJsonList(newest(events, isShown, limit), shell.out)
  else {
    const shown = happenings(events).filter(({ event }) => isShown(event))
    for (const happening of shown.toReversed().slice(0, limit)) shell.out.write(`${renderEvent(happening, shell.out)}\n`)
  }
  return 'done'
}

function* newest(events: readonly Event[], isShown: (event: Event) => boolean, limit: number): Generator<Event> {
  let left = limit
  for (let nth = events.length - 1; nth >= 0 && left > 0; nth -= 1) {
    const event = events[nth]
    if (!event || !isShown(event)) continue
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

/** What nobody looks for in a history. */
function isRoutine(event: Event): boolean {
  return event.type === 'observed' || (event.type === 'notified' && event.error === undefined)
}

/** Every signed approval, with what speaks against its signature; by the signers' file as it is now. */
async function checkSignatures(shell: Shell, input: Input, events: readonly Event[]): Promise<readonly SignatureCheck[]> {
  const checked: SignatureCheck[] = []
  for (const { event, before } of happenings(events)) {
    if (event.type !== 'approved' || !event.signed || !before) continue
    const { refuteApproval } = await import('../session/signing.ts')
    const wrong = await refuteApproval(shell, input, before, { ...event, upon: event.previous })
    checked.push({ seq: event.seq, actor: event.actor, ...(wrong !== undefined && { wrong }) })
  }
  return checked
}

function limitOf(input: Input): number {
  const written = text(input, 'limit')
  if (written === undefined) return Number.POSITIVE_INFINITY
  if (!/^[1-9]\d*$/.test(written))
    throw new RolloutError('usage', { message: `--limit ${written} is not a count`, hint: 'a whole number from 1' })
  return Number(written)
}
