import { createHash, randomUUID } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { messageOf, RolloutError } from '../../core/errors.ts'
import type { Event } from '../../core/event.ts'
import type { Checkpoint, Journal, Store } from '../../core/ports.ts'
import { claim, codeOf, discard, makeFolder, replace, writeDurably } from '../disk.ts'
import { canonical } from './canonical.ts'
import { giveUpReserve, keepReserve, makeRoom } from './reserve.ts'
import { isSealed } from './seal.ts'

const NAME = /^[a-z0-9][a-z0-9._@-]{0,99}$/
const EVENT = /^\d{12}\.json$/
const MOST = 999_999_999_999
/** Temporary files of writers that died; a live writer's is gone within the second. */
const ABANDONED = 60 * 60 * 1000

/** Journals in a folder (`.rollout`), one folder each, one immutable file per event. */
export function openStore(folder: string): Store {
  return {
    names: async () => {
      if (!existsSync(folder)) return []
      return attempt(folder, () => readdirSync(folder).filter((name) => NAME.test(name) && isBegun(join(folder, name))))
    },
    open: async (name) => {
      if (!NAME.test(name))
        throw new RolloutError('config', {
          message: `"${name}" cannot name a journal`,
          hint: 'small letters, digits, dot, dash, underscore',
        })
      return openJournal(join(folder, name))
    },
  }
}

/**
 * Append is a durable temporary file that is linked to its number: link(2) fails when the number is
 * taken, which is the compare-and-set. No lock, so none can be stale; no torn tail; kill -9 at any
 * byte leaves a temporary file at the worst.
 */
function openJournal(folder: string): Journal {
  return {
    place: folder,
    read: async (after = 0) => attempt(folder, () => readFrom(folder, after)),
    append: async (event) => attempt(folder, () => append(folder, event)),
    checkpoint: async () => attempt(folder, () => readCheckpoint(folder)),
    keep: async (checkpoint) => keep(folder, checkpoint),
  }
}

function append(folder: string, event: Event): 'appended' | 'taken' {
  if (!isSealed(event)) throw new Error(`event ${event.seq} does not match its hash`)
  if (!Number.isSafeInteger(event.seq) || event.seq < 1 || event.seq > MOST) throw new Error(`${event.seq} is not the number of an event`)
  makeFolder(folder)
  keepReserve(folder)
  if (hashBefore(folder, event.seq) !== event.previous) throw damaged(folder, event.seq, 'would not follow the one before it')
  if (written(folder, event)) return 'appended'
  // Over a network file system the reply to a link that succeeded can be lost: is the winner this very event?
  return readEvent(folder, event.seq)?.id === event.id ? 'appended' : 'taken'
}

/** Hash of the event before; '' for the first. An event that follows no event, or another one, would be a gap or a fork. */
function hashBefore(folder: string, seq: number): string {
  if (seq === 1) return ''
  const before = readEvent(folder, seq - 1)
  if (!before) throw damaged(folder, seq - 1, 'is missing')
  return before.hash
}

/** Whether the event got its number. On a full disk the reserve is given up for what takes a change back, and for nothing else. */
function written(folder: string, event: Event): boolean {
  const bytes = Buffer.from(`${JSON.stringify(event)}\n`)
  const link = (): boolean => {
    const temporary = join(folder, `.${randomUUID()}.tmp`)
    writeDurably(temporary, bytes)
    return claim(temporary, pathOf(folder, event.seq))
  }
  const isRetreating = isRetreat(folder, event)
  if (isRetreating && event.type === 'intended') makeRoom(folder)
  try {
    return link()
  } catch (thrown) {
    if (!isRetreating || !isFull(thrown) || !giveUpReserve(folder)) throw thrown
    return link()
  }
}

/** An intent to take something back, or what became of one. */
function isRetreat(folder: string, event: Event): boolean {
  if (event.type === 'intended') return event.move !== 'advance'
  if (event.type !== 'applied' && event.type !== 'refused' && event.type !== 'arrived') return false
  const intent = readEvent(folder, event.intent)
  return intent?.type === 'intended' && intent.move !== 'advance'
}

function isFull(thrown: unknown): boolean {
  return ['ENOSPC', 'EDQUOT'].includes(codeOf(thrown))
}

/** Probes number after number, so that the time it takes does not grow with the journal. */
function readFrom(folder: string, after: number): readonly Event[] {
  const events: Event[] = []
  let previous = hashBefore(folder, after + 1)
  for (let seq = after + 1; ; seq += 1) {
    const event = readEvent(folder, seq)
    if (!event) break
    if (event.previous !== previous) throw damaged(folder, seq, 'does not follow the one before it')
    events.push(event)
    previous = event.hash
  }
  const newest = after + events.length
  const known = slurpCheckpoint(folder)?.seq ?? 0
  // Others may have appended since the last probe; only a number that is still free below the checkpoint is a loss.
  if (known > newest && !existsSync(pathOf(folder, newest + 1))) throw damaged(folder, newest + 1, `is missing, but there were ${known}`)
  if (after === 0) checkFolder(folder, newest)
  return events
}

/** A full read also looks for events beyond a gap. */
function checkFolder(folder: string, newest: number): void {
  if (!existsSync(folder)) return
  const beyond = readdirSync(folder).find((file) => EVENT.test(file) && Number(file.slice(0, 12)) > newest)
  // Events that others have appended since the last probe are no gap: the next number is then taken as well.
  if (beyond !== undefined && !existsSync(pathOf(folder, newest + 1)))
    throw damaged(folder, newest + 1, `is missing, but ${beyond} is there`)
}

/** A journal whose first event is lost is one all the same: opening it says what is missing. */
function isBegun(folder: string): boolean {
  if (existsSync(pathOf(folder, 1))) return true
  return existsSync(folder) && statSync(folder).isDirectory() && readdirSync(folder).some((file) => EVENT.test(file))
}

function readEvent(folder: string, seq: number): Event | undefined {
  const bytes = slurp(pathOf(folder, seq))
  if (bytes === undefined) return undefined
  const event = parse(bytes)
  if (!isEvent(event) || event.seq !== seq || !isSealed(event)) throw damaged(folder, seq, 'was changed or is damaged')
  return event
}

function readCheckpoint(folder: string): Checkpoint | undefined {
  const checkpoint = slurpCheckpoint(folder)
  return checkpoint && readEvent(folder, checkpoint.seq)?.hash === checkpoint.hash ? checkpoint : undefined
}

/**
 * The checkpoint as it was kept, or none. One that knows of more events than there are means that the
 * tail was cut off; so one that is damaged must not say anything.
 */
function slurpCheckpoint(folder: string): Checkpoint | undefined {
  const kept = parse(slurp(join(folder, 'checkpoint.json')) ?? '')
  if (!isKept(kept)) return undefined
  const { sum, ...checkpoint } = kept
  return sum === sumOf(checkpoint) ? checkpoint : undefined
}

function sumOf(checkpoint: Checkpoint): string {
  return createHash('sha256').update(canonical(checkpoint)).digest('hex')
}

function keep(folder: string, checkpoint: Checkpoint): void {
  const path = join(folder, `.${randomUUID()}.tmp`)
  try {
    const { seq = 0 } = slurpCheckpoint(folder) ?? {}
    // A slower command must not take back what a quicker one knew: it is what a lost tail is seen by.
    if (seq > checkpoint.seq) return
    writeDurably(path, Buffer.from(JSON.stringify({ ...checkpoint, sum: sumOf(checkpoint) })))
    replace(path, join(folder, 'checkpoint.json'))
    sweep(folder)
  } catch {
    tidy(path)
  }
}

/** Even the clearing up is best effort. */
function tidy(path: string): void {
  try {
    discard(path)
  } catch {
    // It is swept as abandoned later.
  }
}

function sweep(folder: string): void {
  const newest = statSync(join(folder, 'checkpoint.json')).mtimeMs
  for (const file of readdirSync(folder)) {
    if (!/^\.[0-9a-f-]{36}\.tmp$/.test(file)) continue
    const since = statSync(join(folder, file), { throwIfNoEntry: false })?.mtimeMs ?? newest
    if (newest - since > ABANDONED) discard(join(folder, file))
  }
}

function pathOf(folder: string, seq: number): string {
  return join(folder, `${String(seq).padStart(12, '0')}.json`)
}

function slurp(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return undefined
    throw thrown
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The hash vouches for the rest: what this program sealed had the right shape. */
function isEvent(value: unknown): value is Event {
  return typeof value === 'object' && value !== null && 'seq' in value && 'hash' in value && 'previous' in value && 'type' in value
}

/** The sum vouches for the rest. */
function isKept(value: unknown): value is Checkpoint & { readonly sum: string } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'seq' in value &&
    typeof value.seq === 'number' &&
    'hash' in value &&
    'state' in value &&
    'sum' in value
  )
}

function damaged(folder: string, seq: number, what: string): RolloutError {
  const hint = 'restore the folder from a backup; to go back without it: rollout rollback --all, with the folder moved away'
  return new RolloutError('config', { message: `event ${seq} ${what}`, where: { file: pathOf(folder, seq) }, hint })
}

async function attempt<Result>(folder: string, work: () => Result): Promise<Result> {
  try {
    return work()
  } catch (thrown) {
    if (thrown instanceof RolloutError) throw thrown
    const code = codeOf(thrown)
    const where = { file: folder }
    if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
      throw new RolloutError('denied', {
        message: `the journal cannot be used: ${messageOf(thrown)}`,
        where,
        hint: 'it needs a folder this user may write',
      })
    if (code === 'ENOTDIR' || code === 'EEXIST' || code === 'EISDIR')
      throw new RolloutError('config', {
        message: `the journal cannot be used: ${messageOf(thrown)}`,
        where,
        hint: code === 'EISDIR' ? 'a folder is in the way of a file' : 'a file is in the way of the folder',
      })
    if (code === 'ENOSPC' || code === 'EDQUOT')
      throw new RolloutError('unreachable', {
        message: 'the disk is full: nothing could be recorded, so nothing was changed',
        where,
        hint: 'make room, then type it again',
      })
    if (code !== '') throw new RolloutError('unreachable', { message: `the journal cannot be used: ${messageOf(thrown)}`, where })
    throw thrown
  }
}
