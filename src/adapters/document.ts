import { Unreadable } from '../core/reading.ts'

/** Reads JSON; throws `Unreadable('malformed')` for anything else, HTML error pages included. */
export function parseDocument(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    throw new Unreadable('malformed', body.trimStart().startsWith('<') ? 'the answer is HTML, not JSON' : 'the answer is not JSON')
  }
}

/** The value at `a.b.0.c` (or `/a/b/0/c`, RFC 6901 without its escapes); undefined when there is none. */
export function valueAt(document: unknown, path: string): unknown {
  const keys = path.startsWith('/') ? path.slice(1).split('/') : path.split('.')
  return keys.reduce<unknown>(
    (node, key) => (typeof node === 'object' && node !== null && Object.hasOwn(node, key) ? Reflect.get(node, key) : undefined),
    document,
  )
}

/**
 * The number at a path. A string that spells a number is one (`"0.5"`); an empty string, null and
 * true are not. Throws `Unreadable`: `empty` where nothing is, `malformed` where something else is.
 */
export function numberAt(document: unknown, path: string): number {
  const value = valueAt(document, path)
  if (typeof value === 'number') return value
  if (value === undefined || value === null || value === '') throw new Unreadable('empty', `nothing is at ${path}`)
  if (typeof value === 'string' && /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/.test(value)) return Number(value)
  if (value === 'NaN') return Number.NaN
  throw new Unreadable('malformed', `what is at ${path} is not a number: ${JSON.stringify(value)?.slice(0, 60)}`)
}

/** A point in time in milliseconds: seconds or milliseconds since the epoch, or an ISO 8601 string. */
export function instantAt(document: unknown, path: string): number {
  const value = valueAt(document, path)
  const at = typeof value === 'string' && Number.isNaN(Number(value)) ? Date.parse(value) : Number(value ?? Number.NaN)
  if (!Number.isFinite(at)) throw new Unreadable('malformed', `what is at ${path} is not a time`)
  // Seconds stay below this until the year 5138; milliseconds have been above it since 1973.
  return at < 1e11 ? at * 1000 : at
}
