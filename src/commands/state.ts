import { STORES } from '../core/values/address.ts'
import { RolloutError, type Outcome } from '../core/values/errors.ts'
import type { Journal } from '../core/journal/store.ts'
import { relocate } from '../engine/relocate.ts'
import type { Shell } from '../shell.ts'
import { writeJson } from '../views/json.ts'
import { renderMoved, renderState } from '../views/state.ts'
import { flag, signature, type Input } from '../session/input.ts'
import { locate } from '../session/place.ts'
import { journalName } from '../core/journal/identity.ts'
import { openForReading, openJournal, openRollout } from '../session/project.ts'
import { openNamedStore } from '../session/store.ts'

/** Where the journal is and who watches; `state move TO` takes it to another store. */
export default async function state(shell: Shell, input: Input): Promise<Outcome> {
  const [verb, to, ...rest] = input.args
  if (verb === undefined) return show(shell, input)
  if (verb === 'move' && to === undefined)
    throw new RolloutError('usage', { message: 'state move needs where to', hint: `rollout state move TO: ${STORES}` })
  if (verb !== 'move' || to === undefined || rest.length > 0)
    throw new RolloutError('usage', {
      message: `state has no "${[verb, to, ...rest].filter((each) => each !== undefined).join(' ')}"`,
      hint: 'rollout state, or rollout state move postgres://user@host/database',
    })
  return move(shell, input, to)
}

async function show(shell: Shell, input: Input): Promise<Outcome> {
  const journal = await openJournal(shell, input)
  const { state: now } = await openForReading(shell, input, journal)
  if (!now) throw nothing(journal)
  const lease = await journal.lease()
  const { seq, hash, moved } = now
  const page = { place: journal.place, events: seq, head: hash, ...(lease && { lease }), ...(moved !== undefined && { moved }) }
  if (flag(input, 'json')) writeJson(page, shell.out)
  else shell.out.write(renderState(page, shell.out))
  return moved === undefined ? 'done' : 'config'
}

async function move(shell: Shell, input: Input, written: string): Promise<Outcome> {
  const writer = await openRollout(shell, input)
  const { state: now, journal } = writer
  if (!now) throw nothing(journal)
  const store = await openNamedStore(shell, input, locate(shell, input), written)
  const to = await store.open(journalName(now.plan))
  if (to.place === journal.place) throw new RolloutError('usage', { message: `the journal is in ${to.place} already` })
  const moved = { from: journal.place, to: to.place, ...(await relocate(writer, to, await signature(shell, input))) }
  if (flag(input, 'json')) writeJson(moved, shell.out)
  else shell.out.write(renderMoved(moved, written, shell.out))
  return 'done'
}

function nothing({ place }: Journal): RolloutError {
  return new RolloutError('usage', { message: `nothing was started yet (${place})`, hint: 'rollout start' })
}
