import { join } from 'node:path'
import { discardRecord, readRecord, recordPath } from '../adapters/state/break-glass.ts'
import { journalName } from '../core/journal/identity.ts'
import type { State } from '../core/journal/state.ts'
import { defaultsOf } from '../core/plan/plan.ts'
import { commandFor } from '../core/policy/approval.ts'
import { describeBreakGlass, hearing, isSettled } from '../engine/hearing.ts'
import type { Writer } from '../engine/writer.ts'
import { clean } from '../views/clean.ts'
import type { Session } from './session.ts'

/** Returns a writer that has heard, and goes on to hear, a break-glass that was noted in this folder. */
export async function openHearing(session: Session, writer: Writer): Promise<Writer> {
  if (!writer.state) return writer
  const [folder, name] = [folderOf(session), journalName(writer.state.plan)]
  askAboutOld(session, folder, writer.state)
  const hearer = hearing(writer, { read: () => readRecord(folder, name), discard: () => discardRecord(folder, name) })
  await hearer.refresh()
  return hearer
}

/** Returns the state as a break-glass has left it that is noted in this folder, and that the journal does not know of yet. */
export function withUnheard(session: Session, state: State): { readonly state: State; readonly notes: readonly string[] } {
  const record = readRecord(folderOf(session), journalName(state.plan))
  if (!record || isSettled(record, state)) return { state, notes: [] }
  const { intent: _, ...rest } = state
  const why = { code: 'operator', text: describeBreakGlass(record) } as const
  const stopped = { why, at: record.at, actor: record.actor, seq: state.seq }
  const after: State = { ...rest, status: 'rolled back', cursor: -1, exposures: defaultsOf(state.plan), stopped }
  return {
    state: after,
    notes: [`the journal does not say so yet: ${commandFor(state.plan, 'rollback')} records it, and looks at every target`],
  }
}

/** A record from before what the journal has decided since may be long done with: whether it still is an order a person must say. */
function askAboutOld({ err }: Session, folder: string, state: State): void {
  const record = readRecord(folder, journalName(state.plan))
  if (!record || !isSettled(record, state)) return
  const path = recordPath(folder, journalName(state.plan))
  const carry = commandFor(state.plan, 'rollback --all')
  err.write(
    `! the ${clean(describeBreakGlass(record))} is not in the journal, which has gone on since: nothing is done about it.\n` +
      `  Is it still to be? ${carry} takes everything back; without ${clean(path)} it is forgotten\n`,
  )
}

function folderOf({ place }: Session): string {
  return join(place.folder, '.rollout')
}
