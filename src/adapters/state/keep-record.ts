import { randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { codeOf, replace, writeDurably } from '../file/disk.ts'
import type { BreakGlassRecord } from './break-glass.ts'
import { recordPath } from './recorded.ts'

/** Keeps a break-glass beside the journals, for the next command that reaches the journal. False where not even that can be written. */
export function keepRecord(folder: string, name: string, record: BreakGlassRecord): boolean {
  const temporary = join(folder, `.${randomUUID()}.tmp`)
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    writeDurably(temporary, Buffer.from(`${JSON.stringify(record)}\n`))
    replace(temporary, recordPath(folder, name))
    return true
  } catch (thrown) {
    if (codeOf(thrown) === '') throw thrown
    return false
  }
}
