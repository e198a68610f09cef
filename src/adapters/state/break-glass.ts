import { messageOf, RolloutError } from '../../core/values/errors.ts'
import type { Instant } from '../../core/values/units.ts'
import { codeOf, discard, readNow } from '../file/disk.ts'
import { recordPath } from './recorded.ts'

/** A break-glass that the journal does not know of yet. */
export interface BreakGlassRecord {
  readonly at: Instant
  readonly actor: string
  readonly actorFrom?: string
  readonly reason?: string
}

/** The record, if there is one. Throws `config` when it is damaged: it is not guessed at. */
export function readRecord(folder: string, name: string): BreakGlassRecord | undefined {
  const path = recordPath(folder, name)
  try {
    const record: unknown = JSON.parse(readNow(path))
    if (isRecord(record)) return record
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT' || codeOf(thrown) === 'ENOTDIR') return undefined
    if (codeOf(thrown) !== '') throw new RolloutError('unreachable', { message: messageOf(thrown), where: { file: path } })
  }
  throw new RolloutError('config', {
    message: 'the record of a break-glass is damaged',
    where: { file: path },
    hint: 'rollout rollback --all, with this file moved away',
  })
}

export function discardRecord(folder: string, name: string): void {
  discard(recordPath(folder, name))
}

function isRecord(value: unknown): value is BreakGlassRecord {
  if (typeof value !== 'object' || value === null || !('at' in value && 'actor' in value)) return false
  const isAnInstant = typeof value.at === 'number' && !Number.isNaN(new Date(value.at).getTime())
  return isAnInstant && typeof value.actor === 'string' && (!('reason' in value) || typeof value.reason === 'string')
}
