import { discardRecord, readRecord } from '../adapters/state/break-glass.ts'
import { journalName } from '../core/journal/identity.ts'
import { hearing } from '../engine/hearing.ts'
import { askAboutOld, isDone } from '../engine/noted.ts'
import type { Writer } from '../engine/writer.ts'
import { clean } from '../views/clean.ts'
import type { Session } from './session.ts'
import { folderOf } from './unheard.ts'

/** Returns a writer that has heard, and goes on to hear, a break-glass that was noted in this folder. */
export async function openHearing(session: Session, writer: Writer): Promise<Writer> {
  if (!writer.state) return writer
  const [folder, name] = [folderOf(session), journalName(writer.state.plan)]
  const record = readRecord(folder, name)
  if (record && isDone(record, writer.state)) discardRecord(folder, name)
  const asked = record ? askAboutOld(record, writer.state, folder) : []
  session.err.write(asked.map((line, at) => `${at === 0 ? '!' : ' '} ${clean(line)}\n`).join(''))
  const hearer = hearing(writer, { read: () => readRecord(folder, name), discard: () => discardRecord(folder, name) })
  await hearer.refresh()
  return hearer
}
