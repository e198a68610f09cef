import { randomUUID } from 'node:crypto'
import { existsSync, readdirSync, statSync, watch } from 'node:fs'
import { join } from 'node:path'
import type { Event } from '../../core/journal/event.ts'
import type { Checkpoint, Journal, Store } from '../../core/journal/store.ts'
import { claim, codeOf, discard, isFull, makeFolder, readNow, replace, writeDurably } from '../file/disk.ts'
import {
  checkBefore,
  checkEvent,
  checkName,
  damaged,
  isName,
  parseCheckpoint,
  parseEvent,
  readChain,
  untilWoken,
  writeCheckpoint,
  type Lent,
  type EventRow,
  WITHOUT,
  type Site,
} from './chain.ts'
import { attemptIn, unrecorded } from './file-attempt.ts'
import { openFileLease } from './file-lease.ts'
import { giveUpReserve, keepReserve, makeRoom } from './reserve.ts'
import { writeEvent } from './seal.ts'

const EVENT = /^\d{12}\.json$/
const PAGE = 500
/** Temporary files of writers that died; a live writer's is gone within the second. */
const ABANDONED = 60 * 60 * 1000

/** Journals in a folder (`.rollout`), one folder each, one immutable file per event. */
export function openFileStore(folder: string, lent: Pick<Lent, 'clock'>): Store {
  return {
    names: async () => {
      if (!existsSync(folder)) return []
      return attemptIn(folder, () => readdirSync(folder).filter((name) => isName(name) && isBegun(join(folder, name))))
    },
    open: async (name) => openJournal(join(folder, checkName(name)), lent),
  }
}

/**
 * Append is a durable temporary file that is linked to its number: link(2) fails when the number is
 * taken, which is the compare-and-set. No lock, so none can be stale; no torn tail; kill -9 at any
 * byte leaves a temporary file at the worst.
 */
function openJournal(folder: string, { clock }: Pick<Lent, 'clock'>): Journal {
  const site: Site = {
    of: (seq) => pathOf(folder, seq),
    hint: `restore the folder from a backup; ${WITHOUT}`,
  }
  const lease = openFileLease(folder, clock)
  let isSwept = false
  return {
    place: folder,
    read: async (after = 0) => attemptIn(folder, async () => readFrom(folder, site, after)),
    append: async (...appending) => attemptIn(folder, () => append(folder, site, ...appending)),
    checkpoint: async () => attemptIn(folder, () => readCheckpoint(folder, site)),
    keep: async (checkpoint) => {
      keep(folder, checkpoint)
      // Once for a command: listing the folder takes as long as the journal is.
      if (!isSwept) sweep(folder)
      isSwept = true
    },
    lease: async () => attemptIn(folder, async () => lease.lease()),
    takeLease: async (...taking) => attemptIn(folder, async () => lease.takeLease(...taking)),
    dropLease: async (held) => attemptIn(folder, async () => lease.dropLease(held)),
    changed: async (after, limit, signal) => untilWoken({ clock }, limit, signal, (wake) => listen(folder, after, wake)),
  }
}

function append(folder: string, site: Site, event: Event, goal?: 'retreat'): 'appended' | 'taken' {
  checkEvent(site, event)
  // Before anything is made: where the journal was lost, nothing of a new one must appear.
  if (event.seq > 1) checkBefore(site, event, readEvent(folder, site, event.seq - 1)?.hash)
  const isRetreating = goal === 'retreat' || isRetreat(folder, site, event)
  try {
    makeFolder(folder)
    if (!isRetreating) keepReserve(folder)
    if (written(folder, event, isRetreating)) return 'appended'
  } catch (thrown) {
    throw isFull(thrown) ? unrecorded(folder, event, thrown) : thrown
  }
  // Over a network file system the reply to a link that succeeded can be lost: is the winner this very event?
  return readEvent(folder, site, event.seq)?.id === event.id ? 'appended' : 'taken'
}

/** Whether the event got its number. On a full disk the reserve is given up for what takes a change back, and for nothing else. */
function written(folder: string, event: Event, isRetreating: boolean): boolean {
  const bytes = Buffer.from(`${writeEvent(event)}\n`)
  const link = (): boolean => {
    const temporary = join(folder, `.${randomUUID()}.tmp`)
    writeDurably(temporary, bytes)
    return claim(temporary, pathOf(folder, event.seq))
  }
  if (isRetreating && event.type === 'intended') makeRoom(folder)
  try {
    return link()
  } catch (thrown) {
    if (!isRetreating || !isFull(thrown) || !giveUpReserve(folder)) throw thrown
    return link()
  }
}

/** An intent to take something back, or what became of one. */
function isRetreat(folder: string, site: Site, event: Event): boolean {
  if (event.type === 'intended') return event.move !== 'advance'
  if (!('intent' in event)) return false
  const intent = readEvent(folder, site, event.intent)
  return intent?.type === 'intended' && intent.move !== 'advance'
}

/** Probes number after number, so that the time it takes does not grow with the journal. */
async function readFrom(folder: string, site: Site, after: number): Promise<readonly Event[]> {
  // Read before the events are: what it knows of was there then.
  const known = parseCheckpoint(slurp(join(folder, 'checkpoint.json')) ?? '')?.seq ?? 0
  const events = await readChain(site, after, async (from) => {
    const rows: EventRow[] = []
    for (let seq = from; rows.length < PAGE; seq += 1) {
      const text = slurp(pathOf(folder, seq))
      if (text === undefined) break
      rows.push({ seq, text })
    }
    return { rows, more: rows.length === PAGE, known }
  })
  if (after === 0) checkFolder(folder, site, events.length)
  return events
}

/** A full read also looks for events beyond a gap. */
function checkFolder(folder: string, site: Site, newest: number): void {
  if (!existsSync(folder)) return
  const beyond = readdirSync(folder).find((file) => EVENT.test(file) && Number(file.slice(0, 12)) > newest)
  // Events that others have appended since the last probe are no gap: the next number is then taken as well.
  if (beyond !== undefined && !existsSync(pathOf(folder, newest + 1))) throw damaged(site, newest + 1, `is missing, but ${beyond} is there`)
}

/** A journal whose first event is lost is one all the same: opening it says what is missing. */
function isBegun(folder: string): boolean {
  if (existsSync(pathOf(folder, 1))) return true
  return existsSync(folder) && statSync(folder).isDirectory() && readdirSync(folder).some((file) => EVENT.test(file))
}

function readEvent(folder: string, site: Site, seq: number): Event | undefined {
  const text = slurp(pathOf(folder, seq))
  return text === undefined ? undefined : parseEvent(site, { seq, text })
}

function readCheckpoint(folder: string, site: Site): Checkpoint | undefined {
  const checkpoint = parseCheckpoint(slurp(join(folder, 'checkpoint.json')) ?? '')
  return checkpoint && readEvent(folder, site, checkpoint.seq)?.hash === checkpoint.hash ? checkpoint : undefined
}

function keep(folder: string, checkpoint: Checkpoint): void {
  const path = join(folder, `.${randomUUID()}.tmp`)
  try {
    const { seq = 0 } = parseCheckpoint(slurp(join(folder, 'checkpoint.json')) ?? '') ?? {}
    // A slower command must not take back what a quicker one knew: it is what a lost tail is seen by.
    if (seq > checkpoint.seq) return
    writeDurably(path, Buffer.from(writeCheckpoint(checkpoint)))
    replace(path, join(folder, 'checkpoint.json'))
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
  try {
    const newest = statSync(join(folder, 'checkpoint.json')).mtimeMs
    for (const file of readdirSync(folder)) {
      if (!/^\.[0-9a-f-]{36}\.tmp$/.test(file)) continue
      const since = statSync(join(folder, file), { throwIfNoEntry: false })?.mtimeMs ?? newest
      if (newest - since > ABANDONED) discard(join(folder, file))
    }
  } catch {
    // They take room and harm nobody.
  }
}

/** Wakes at an event after that number, where the system tells of it; on a network file system it may not. */
function listen(folder: string, after: number, wake: () => void): () => void {
  try {
    const watcher = watch(folder, (_, file) => {
      if (file !== null && EVENT.test(file) && Number(file.slice(0, 12)) > after) wake()
    })
    watcher.on('error', () => watcher.close())
    if (existsSync(pathOf(folder, after + 1))) wake()
    return () => watcher.close()
  } catch {
    return () => undefined
  }
}

function pathOf(folder: string, seq: number): string {
  return join(folder, `${String(seq).padStart(12, '0')}.json`)
}

function slurp(path: string): string | undefined {
  try {
    return readNow(path)
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return undefined
    throw thrown
  }
}
