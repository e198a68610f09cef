import type { JSONValue } from 'json-p3'
import { Unreadable } from '../../core/values/reading.ts'
import { nameTwice } from '../name-twice.ts'
import { lastOf, select } from './select.ts'

/** How several numbers that a path selects become one: the last that is there, or all of them together. */
export type Pick = 'last' | 'sum'

/**
 * Reads JSON; throws `Unreadable`: `empty` for an empty answer, `malformed` for anything else, HTML error pages
 * and names that are there twice included.
 */
export function parseDocument(body: string): JSONValue {
  if (body.trim() === '') throw new Unreadable('empty', 'the answer is empty')
  const document = json(body)
  const twice = nameTwice(body)
  if (twice !== undefined) throw new Unreadable('malformed', `the answer names ${JSON.stringify(twice)} twice`)
  return document
}

function json(body: string): JSONValue {
  try {
    return JSON.parse(body)
  } catch {
    throw new Unreadable('malformed', body.trimStart().startsWith('<') ? 'the answer is HTML, not JSON' : 'the answer is not JSON')
  }
}

/**
 * Returns the number at a path. A string that spells a number is one (`"0.5"`, `"NaN"`, `"+Inf"`); an empty string, null
 * and true are not. Throws `Unreadable`: `empty` where nothing is, `several` where a path selects more than one number and
 * nobody says which, `malformed` where something else is.
 */
export function numberAt(document: JSONValue, path: string, pick?: Pick): number {
  const found = select(document, path)
  if (found.length > 1 && pick === undefined && lastOf(path) === undefined)
    throw new Unreadable('several', `${path} selects ${found.length} values: pick: last or pick: sum makes one of them`)
  const there = found.filter((value) => !isNothing(value))
  if (there.length === 0) throw new Unreadable('empty', `nothing is at ${path}`)
  if (pick === 'sum') return there.reduce<number>((sum, value) => sum + numberOf(value, path), 0)
  return numberOf(there.at(-1), path)
}

/**
 * Returns the point in time at a path, in milliseconds: seconds or milliseconds since the epoch, or ISO 8601 with an offset.
 * Where a number was the last of several, `beside` is its path, and the time is that of the same one; of several others it is
 * the oldest: together they are no newer. Throws `Unreadable`.
 */
export function instantAt(document: JSONValue, path: string, beside?: string): number {
  const found = select(document, path)
  const numbers = beside === undefined ? [] : select(document, beside)
  const isBeside = numbers.length > 1 && numbers.length === found.length
  const times = isBeside ? [found[numbers.findLastIndex((value) => !isNothing(value))]] : found
  if (times.length === 0 || times.some(isNothing)) throw new Unreadable('empty', `no time is at ${path}`)
  return times.map((value) => instantOf(value, path)).reduce((a, b) => Math.min(a, b))
}

function isNothing(value: JSONValue): boolean {
  return value === undefined || value === null || value === ''
}

function numberOf(value: JSONValue, path: string): number {
  if (typeof value === 'number') return value
  const text = typeof value === 'string' ? value.trim() : ''
  if (DECIMAL.test(text)) return Number(text)
  if (/^nan$/i.test(text)) return Number.NaN
  if (/^[+-]?inf(?:inity)?$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity
  throw new Unreadable('malformed', `what is at ${path} is not a number: ${JSON.stringify(value)?.slice(0, 60)}`)
}

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/
/** With its offset: without one it is some other time on every machine. PostgreSQL writes one of hours alone: `+00`. */
const ISO_8601 = /^(\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(?:Z|([+-]\d\d)(?::?(\d\d))?)$/i

function instantOf(value: JSONValue, path: string): number {
  const [, time, hours, minutes = '00'] = (typeof value === 'string' && ISO_8601.exec(value)) || []
  if (time !== undefined) {
    const at = Date.parse(time + (hours === undefined ? 'Z' : `${hours}:${minutes}`))
    if (Number.isFinite(at)) return at
  }
  const at = typeof value === 'number' ? value : typeof value === 'string' && DECIMAL.test(value) ? Number(value) : Number.NaN
  if (!Number.isFinite(at))
    throw new Unreadable('malformed', `what is at ${path} is not a time (seconds, milliseconds, or ISO 8601 with Z or an offset)`)
  // Seconds stay below this until the year 5138; milliseconds have been above it since 1973.
  return at < 1e11 ? at * 1000 : at
}
