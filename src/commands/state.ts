import { journalName } from '../core/journal/identity.ts'
import { RolloutError } from '../core/values/errors.ts'
import { relocate } from '../engine/relocate.ts'
import { renderMoved, renderState } from '../views/state.ts'
import { nothingStarted } from '../session/nothing-started.ts'
import { openForReading, openRollout } from '../session/project.ts'
import type { VerbAnswer, Session } from '../session/session.ts'
import { signature } from '../session/signature.ts'
import { openNamedStore } from '../session/store.ts'
import type { ValuesOf } from './table.ts'

/** Shows where the journal is and who watches; `state move TO` takes it to another store. */
export default async function state(session: Session<ValuesOf<'state'>>): Promise<VerbAnswer> {
  const { to } = session.options
  return to === undefined ? show(session) : move(session, to)
}

async function show(session: Session): Promise<VerbAnswer> {
  const { state: now, journal } = await openForReading(session)
  if (!now) throw nothingStarted(journal)
  const lease = await journal.lease()
  const { seq, hash, moved } = now
  const page = { place: journal.place, events: seq, head: hash, ...(lease && { lease }), ...(moved !== undefined && { moved }) }
  return { outcome: moved === undefined ? 'done' : 'config', kind: 'state', value: page, text: (out) => renderState(page, out) }
}

async function move(session: Session, written: string): Promise<VerbAnswer> {
  const writer = await openRollout(session)
  const { state: now, journal } = writer
  if (!now) throw nothingStarted(journal)
  const store = await openNamedStore(session, written)
  const to = await store.open(journalName(now.plan))
  if (to.place === journal.place) throw new RolloutError('usage', { message: `the journal is in ${to.place} already` })
  const moved = { from: journal.place, to: to.place, ...(await relocate(writer, to, await signature(session))) }
  return { outcome: 'done', kind: 'move', value: moved, text: (out) => renderMoved(moved, written, out) }
}
