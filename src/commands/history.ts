import { RolloutError, type Outcome } from '../core/errors.ts'
import type { Event } from '../core/event.ts'
import type { Shell } from '../shell.ts'
import { happenings, renderEvent } from '../views/event.ts'
import { renderSignatures, type Checked } from '../views/signatures.ts'
import { writeJson } from '../views/json.ts'
import { flag, text, type Input } from './input.ts'
import { openJournal } from './project.ts'

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
  const shown = happenings(events).filter(({ event }) => flag(input, 'all') || event.type !== 'observed')
  const newest = shown.toReversed().slice(0, limit)
  if (flag(input, 'json'))
    writeJson(
      newest.map(({ event }) => event),
      shell.out,
    )
  else for (const happening of newest) shell.out.write(`${renderEvent(happening, shell.out)}\n`)
  return 'done'
}

/** Every signed approval, with what speaks against its signature; by the signers' file as it is now. */
async function checkSignatures(shell: Shell, input: Input, events: readonly Event[]): Promise<readonly Checked[]> {
  const checked: Checked[] = []
  for (const { event, before } of happenings(events)) {
    if (event.type !== 'approved' || !event.signed || !before) continue
    const { refuteApproval } = await import('./signing.ts')
    const wrong = await refuteApproval(shell, input, before, event)
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
