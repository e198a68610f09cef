import { hash } from 'node:crypto'
import { RolloutError } from '../../core/values/errors.ts'
import type { Event } from '../../core/journal/event.ts'
import type { Checkpoint, Lease } from '../../core/journal/store.ts'
import type { Loan } from '../../core/ports.ts'
import type { Duration } from '../../core/values/units.ts'
import { withController } from '../deadline.ts'
import { canonical } from './canonical.ts'
import { digestOf } from './digest.ts'
import { isSealed, isSealedAs } from './seal.ts'

/** Everything a shared store is lent. */
export type Lent = Pick<Loan, 'clock' | 'env' | 'signal' | 'folder'>

/** Where a journal's events are, for messages, and what to do when one of them is damaged. */
export interface Site {
  readonly of: (seq: number) => string
  readonly hint: string
}

/** The way back while the journal cannot be used. */
export const WITHOUT = 'to go back without it: rollout rollback --all --break-glass'

/** Of a store in which an event has no place of its own. */
export function siteAt(place: string): Site {
  return { of: () => place, hint: `restore the journal from a backup; ${WITHOUT}` }
}

/** For one round trip to the store with all its retries, unless told otherwise. */
export const STORE_DEADLINE: Duration = 5000

/** An event as a store holds it: its number and the JSON text of it. */
export interface EventRow {
  readonly seq: number
  readonly text: string
}

/** Rows from a number on, in order; `more` when the page was not enough; `known` is the newest number a checkpoint was kept of. */
export interface EventBatch {
  readonly rows: readonly EventRow[]
  readonly more: boolean
  readonly known: number
}

const NAME = /^[a-z0-9][a-z0-9._@-]{0,99}$/
const MOST = 999_999_999_999

export function isName(name: string): boolean {
  return NAME.test(name)
}

/** Throws `config` for what cannot name a journal, in any store: a journal can then be moved from one to another. */
export function checkName(name: string): string {
  if (isName(name)) return name
  throw new RolloutError('config', {
    message: `"${name}" cannot name a journal`,
    hint: 'small letters, digits, dot, dash, underscore',
  })
}

/** An event that is to be appended is sealed and has a number; anything else is a bug of the caller. */
export function checkEvent(site: Site, event: Event): void {
  if (!isSealed(event)) throw new Error(`event ${event.seq} does not match its hash`)
  if (!Number.isSafeInteger(event.seq) || event.seq < 1 || event.seq > MOST) throw new Error(`${event.seq} is not the number of an event`)
  if (event.seq === 1) checkBefore(site, event, '')
}

/** `before` is the hash of the event before as the store has it; an event that follows no event, or another one, is a gap or a fork. */
export function checkBefore(site: Site, { seq, previous }: Event, before: string | undefined): void {
  if (before === undefined) throw damaged(site, seq - 1, 'is missing')
  if (before !== previous) throw damaged(site, seq, 'would not follow the one before it')
}

/**
 * Events above `after`, each checked against its hash and the one before it. `page` gives rows from a number on; the
 * first is asked for with the event `after` itself, whose hash the next one must name.
 */
export async function readChain(site: Site, after: number, page: (from: number) => Promise<EventBatch>): Promise<readonly Event[]> {
  const events: Event[] = []
  let next = Math.max(after, 1)
  let previous: string | undefined = after === 0 ? '' : undefined
  let known = 0
  for (;;) {
    const { rows, more, known: kept } = await page(next)
    known ||= kept
    for (const row of rows) {
      if (row.seq !== next) throw damaged(site, next, `is missing, but ${row.seq} is there`)
      const event = parseEvent(site, row)
      if (previous !== undefined && event.previous !== previous) throw damaged(site, next, 'does not follow the one before it')
      if (next > after) events.push(event)
      previous = event.hash
      next += 1
    }
    if (!more || rows.length === 0) break
  }
  if (previous === undefined) throw damaged(site, after, 'is missing')
  if (known >= next) throw damaged(site, next, `is missing, but there were ${known}`)
  return events
}

const CHANGED = 'was changed or is damaged'

/** The event of a row. Throws `config` when it is not as it was sealed, or has another number. */
export function parseEvent(site: Site, { seq, text }: EventRow): Event {
  const event = parse(text)
  if (!isEvent(event) || event.seq !== seq) throw damaged(site, seq, CHANGED)
  const fault = unlessDeep(() => faultOf(event, text), CHANGED)
  if (fault !== undefined) throw damaged(site, seq, fault)
  return event
}

/** Returns why an event that was read from that text is not believed. */
function faultOf(event: Event, text: string): string | undefined {
  const plan = 'plan' in event ? { part: event.plan, text: canonical(event.plan) } : undefined
  if (!isSealedAs(event, text, plan)) return CHANGED
  return 'plan' in event && digestOf(event.plan, plan?.text) !== event.digest ? 'calls its plan by the digest of another' : undefined
}

/** A checkpoint as text that vouches for itself. */
export function writeCheckpoint(checkpoint: Checkpoint): string {
  return JSON.stringify({ ...checkpoint, sum: sumOf(checkpoint) })
}

/** Each read of a journal looks at its checkpoint, which is mostly as it was, and may hold the state of a thousand targets. */
let parsed: { readonly text: string; readonly checkpoint: Checkpoint | undefined } | undefined

/** The checkpoint of that text; none where it is not as it was written, because a damaged one must not say anything. */
export function parseCheckpoint(text: string): Checkpoint | undefined {
  if (parsed?.text !== text) parsed = { text, checkpoint: checkpointIn(text) }
  return parsed.checkpoint
}

function checkpointIn(text: string): Checkpoint | undefined {
  const kept = parse(text)
  if (!isKept(kept)) return undefined
  const { sum, ...checkpoint } = kept
  return unlessDeep(() => sum === sumOf(checkpoint), false) ? checkpoint : undefined
}

/** Whether the percent signs of an address mean something: what is not UTF-8 would be thrown about later, as a bug. */
export function isDecodable(url: string): boolean {
  try {
    decodeURIComponent(url)
    return true
  } catch {
    return false
  }
}

/** The store holds something else than was written. */
export function damaged(site: Site, seq: number, what: string): RolloutError {
  return new RolloutError('config', { message: `event ${seq} ${what}`, where: { file: site.of(seq) }, hint: site.hint })
}

/** A lease as text; equal leases give equal texts. */
export function writeLease(lease: Lease): string {
  return canonical(lease)
}

/** The lease of that text; none where it is not one. */
export function parseLease(text: string): Lease | undefined {
  const lease = parse(text)
  return isLease(lease) ? lease : undefined
}

/** True when `wake` is called within `limit`, else false; rejects when `signal` ends. `listen` returns what ends it. */
export async function untilWoken(
  { clock }: Pick<Lent, 'clock'>,
  limit: Duration,
  signal: AbortSignal,
  listen: (wake: () => void) => () => void,
): Promise<boolean> {
  return withController(signal, async (ending) => {
    const stop = listen(() => ending.abort())
    try {
      await clock.sleep(limit, ending.signal)
      return false
    } catch (thrown) {
      signal.throwIfAborted()
      if (!ending.signal.aborted) throw thrown
      return true
    } finally {
      stop()
    }
  })
}

/** Returns what is reckoned; `otherwise` where a value is nested too deeply for this program to have written it. */
function unlessDeep<Result>(reckon: () => Result, otherwise: Result): Result {
  try {
    return reckon()
  } catch (thrown) {
    if (thrown instanceof RangeError) return otherwise
    throw thrown
  }
}

function sumOf(checkpoint: Checkpoint): string {
  return hash('sha256', canonical(checkpoint), 'hex')
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

/** A damaged one is none: it is only a hint. */
function isLease(value: unknown): value is Lease {
  if (typeof value !== 'object' || value === null || !('holder' in value) || !('since' in value)) return false
  return typeof value.since === 'number' && typeof value.holder === 'object' && value.holder !== null
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
