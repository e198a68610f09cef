import type { JSONValue } from 'json-p3'
import { jsonPath } from './json-path.ts'

/**
 * Returns what is at a path: with `$` every value that a JSONPath selects (RFC 9535), else one at most, at `a.b.0.c` or
 * `/a/b/0/c`. A path with dots that goes over `last` of a list has a value for each of its elements, null where the rest of
 * the path leads to nothing.
 */
export function select(document: JSONValue, path: string): readonly JSONValue[] {
  return path.startsWith('$') ? jsonPath.query(path, document).values() : walk(document, keysOf(path))
}

/** Returns the list whose last element a path with dots means; undefined for one that means none. */
export function lastOf(path: string): string | undefined {
  const keys = /^[$/]/.test(path) ? [] : keysOf(path)
  const nth = keys.indexOf('last')
  return nth === -1 ? undefined : keys.slice(0, nth).join('.')
}

/** Tells whether a path can be read. */
export function isReadablePath(path: string): boolean {
  if (!path.startsWith('$')) return true
  try {
    jsonPath.compile(path)
    return true
  } catch {
    return false
  }
}

/** Returns the value at `a.b.0.c` or `/a/b/0/c` (RFC 6901: `~1` stands for a slash, `~0` for a tilde); undefined when there is none. */
export function valueAtPath(document: JSONValue, path: string): JSONValue {
  const found = walk(document, keysOf(path))
  return found.findLast((each) => each !== null) ?? found.at(-1)
}

function keysOf(path: string): readonly string[] {
  if (!path.startsWith('/')) return path.split('.')
  return path
    .slice(1)
    .split('/')
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function walk(node: JSONValue, [key, ...rest]: readonly string[]): readonly JSONValue[] {
  if (key === undefined) return [node]
  if (typeof node !== 'object' || node === null) return []
  if (!Array.isArray(node)) return Object.hasOwn(node, key) ? walk(node[key], rest) : []
  if (key === 'last')
    return node.flatMap((each) => {
      const found = walk(each, rest)
      return found.length > 0 ? found : [null]
    })
  return /^\d+$/.test(key) && Number(key) < node.length ? walk(node[Number(key)], rest) : []
}
