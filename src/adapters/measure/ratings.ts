import type { JSONValue } from 'json-p3'
import { Unreadable } from '../../core/values/reading.ts'
import type { Instant } from '../../core/values/units.ts'
import { instantAt, numberAt, parseDocument } from './document.ts'

/** A rating that somebody gave. */
export interface Rating {
  readonly rating: number
  readonly at?: Instant
  /** Every text beside it, by name: the toggle, the group, … */
  readonly labels: Readonly<Record<string, string>>
}

/** More are no collection of ratings that a poll should read. */
const MOST = 1_000_000

/**
 * Reads ratings: JSON lines, a JSON list, or an object that holds one under `ratings`. Each is `{rating, at?, …}`. Throws
 * `Unreadable` when any of them is none: leaving one out could be leaving out the bad ones.
 */
export function parseRatings(text: string, scale: { readonly from: number; readonly to: number }): readonly Rating[] {
  const body = text.replace(/^\uFEFF/, '')
  const rows = isLines(body) ? linesOf(body) : listOf(parseDocument(body))
  if (rows.length > MOST) throw new Unreadable('too-large', `there are ${rows.length} ratings; at most ${MOST} are read`)
  return rows.map((row, nth) => ratingOf(row, nth + 1, scale))
}

/** Several lines that are no document together. */
function isLines(body: string): boolean {
  const text = body.trim()
  return text.startsWith('{') && text.includes('\n') && !isJson(text)
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** A last line without its end is being written: it counts with the next poll. */
function linesOf(body: string): readonly JSONValue[] {
  const lines = body.split('\n').map((line) => line.trim())
  const last = lines.pop() ?? ''
  const whole = last !== '' && isJson(last) ? [...lines, last] : lines
  return whole.flatMap((line, nth) => {
    if (line === '') return []
    if (!isJson(line)) throw new Unreadable('malformed', `line ${nth + 1} is not JSON`)
    return [JSON.parse(line)]
  })
}

function listOf(document: JSONValue): readonly JSONValue[] {
  if (Array.isArray(document)) return document
  if (typeof document === 'object' && document !== null) {
    if (Object.hasOwn(document, 'ratings')) {
      const { ratings } = document
      if (Array.isArray(ratings)) return ratings
    }
    // One line is JSON lines too.
    if (Object.hasOwn(document, 'rating')) return [document]
  }
  throw new Unreadable('malformed', 'the answer is no list of ratings: [{"rating": 4}, …], or {"ratings": […]}, or JSON lines')
}

function ratingOf(row: JSONValue, nth: number, { from, to }: { readonly from: number; readonly to: number }): Rating {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) throw new Unreadable('malformed', `rating ${nth} is no object`)
  const rating = named(nth, () => numberAt(row, '/rating'))
  if (!Number.isFinite(rating)) throw new Unreadable('not-finite', `rating ${nth} is ${rating}`)
  if (rating < from || rating > to) throw new Unreadable('impossible', `rating ${nth} is ${rating}, not from ${from} to ${to}`)
  const labels = Object.entries(row).flatMap(([key, value]) =>
    typeof value === 'string' ? [[key, value]] : typeof value === 'boolean' ? [[key, String(value)]] : [],
  )
  return { rating, labels: Object.fromEntries(labels), ...(Object.hasOwn(row, 'at') && { at: named(nth, () => instantAt(row, '/at')) }) }
}

/** Which one it was, in what is said of it. */
function named(nth: number, read: () => number): number {
  try {
    return read()
  } catch (thrown) {
    if (!(thrown instanceof Unreadable)) throw thrown
    throw new Unreadable(thrown.reason === 'empty' ? 'malformed' : thrown.reason, `rating ${nth}: ${thrown.message}`)
  }
}
