import { Unreadable } from '../../core/values/reading.ts'

/** Reads JSON; throws `Unreadable`: `empty` for an empty answer, `malformed` for anything else, HTML error pages included. */
export function parseDocument(body: string): unknown {
  if (body.trim() === '') throw new Unreadable('empty', 'the answer is empty')
  try {
    return JSON.parse(body)
  } catch {
    throw new Unreadable('malformed', body.trimStart().startsWith('<') ? 'the answer is HTML, not JSON' : 'the answer is not JSON')
  }
}

/** The value at `a.b.0.c` or `/a/b/0/c` (RFC 6901: `~1` stands for a slash, `~0` for a tilde); undefined when there is none. */
export function valueAtPath(document: unknown, path: string): unknown {
  const keys = path.startsWith('/')
    ? path
        .slice(1)
        .split('/')
        .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
    : path.split('.')
  return keys.reduce<unknown>(
    (node, key) => (typeof node === 'object' && node !== null && Object.hasOwn(node, key) ? Reflect.get(node, key) : undefined),
    document,
  )
}

/**
 * The number at a path. A string that spells a number is one (`"0.5"`, `"NaN"`, `"+Inf"`); an empty string, null
 * and true are not. Throws `Unreadable`: `empty` where nothing is, `malformed` where something else is.
 */
export function numberAt(document: unknown, path: string): number {
  const value = valueAtPath(document, path)
  if (typeof value === 'number') return value
  if (value === undefined || value === null || value === '') throw new Unreadable('empty', `nothing is at ${path}`)
  const text = typeof value === 'string' ? value.trim() : ''
  if (DECIMAL.test(text)) return Number(text)
  if (/^nan$/i.test(text)) return Number.NaN
  if (/^[+-]?inf(?:inity)?$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity
  throw new Unreadable('malformed', `what is at ${path} is not a number: ${JSON.stringify(value)?.slice(0, 60)}`)
}

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/
/** With its offset: without one it is some other time on every machine. */
const ISO_8601 = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)$/i

/** A point in time in milliseconds: seconds or milliseconds since the epoch, or ISO 8601 with an offset. Throws `Unreadable`. */
export function instantAt(document: unknown, path: string): number {
  const value = valueAtPath(document, path)
  if (value === undefined || value === null || value === '') throw new Unreadable('empty', `no time is at ${path}`)
  if (typeof value === 'string' && ISO_8601.test(value)) {
    const at = Date.parse(value)
    if (Number.isFinite(at)) return at
  }
  const at = typeof value === 'number' ? value : typeof value === 'string' && DECIMAL.test(value) ? Number(value) : Number.NaN
  if (!Number.isFinite(at))
    throw new Unreadable('malformed', `what is at ${path} is not a time (seconds, milliseconds, or ISO 8601 with Z or an offset)`)
  // Seconds stay below this until the year 5138; milliseconds have been above it since 1973.
  return at < 1e11 ? at * 1000 : at
}
