import { join } from 'node:path'
import { discardRecord, readRecord, recordPath } from '../adapters/state/break-glass.ts'
import type { State } from '../core/journal/state.ts'
import { defaultsOf } from '../core/plan/plan.ts'
import { commandFor } from '../core/policy/approval.ts'
import { describeBreakGlass, hearing, isSettled } from '../engine/hearing.ts'
import type { Writer } from '../engine/writer.ts'
import type { Shell } from '../shell.ts'
import { clean } from '../views/clean.ts'
import type { Input } from './input.ts'
import { locate } from './place.ts'
import { journalName } from '../core/journal/identity.ts'

/** Returns a writer that has heard, and goes on to hear, a break-glass that was noted in this folder. */
export async function openHearing(shell: Shell, input: Input, writer: Writer): Promise<Writer> {
  if (!writer.state) return writer
  const [folder, name] = [folderOf(shell, input), journalName(writer.state.plan)]
  askAboutOld(shell, folder, writer.state)
  const hearer = hearing(writer, { read: () => readRecord(folder, name), discard: () => discardRecord(folder, name) })
  await hearer.refresh()
  return hearer
}

/** Returns the state as a break-glass has left it that is noted in this folder, and that the journal does not know of yet. */
export function withUnheard(shell: Shell, input: Input, state: State): { readonly state: State; readonly notes: readonly string[] } {
  const record = readRecord(folderOf(shell, input), journalName(state.plan))
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
function askAboutOld(shell: Shell, folder: string, state: State): void {
  const record = readRecord(folder, journalName(state.plan))
  if (!record || !isSettled(record, state)) return
  const path = recordPath(folder, journalName(state.plan))
  const carry = commandFor(state.plan, 'rollback --all')
  shell.err.write(
    `! the ${clean(describeBreakGlass(record))} is not in the journal, which has gone on since: nothing is done about it.\n` +
      `  Is it still to be? ${carry} takes everything back; without ${clean(path)} it is forgotten\n`,
  )
}

function folderOf(shell: Shell, input: Input): string {
  return join(locate(shell, input).folder, '.rollout')
}
