import { compile, query, type JSONValue } from 'json-p3'

/**
 * Returns what is at a path: with `$` every value that a JSONPath selects (RFC 9535), else one at most, at `a.b.0.c` or
 * `/a/b/0/c`. In a path with dots `last` is the last element of a list from which the rest of the path leads to something.
 */
export function select(document: JSONValue, path: string): readonly JSONValue[] {
  if (path.startsWith('$')) return query(path, document).values()
  const found = valueAtPath(document, path)
  return found === undefined ? [] : [found]
}

/** Tells whether a path can be read. */
export function isReadablePath(path: string): boolean {
  if (!path.startsWith('$')) return true
  try {
    compile(path)
    return true
  } catch {
    return false
  }
}

/** Returns the value at `a.b.0.c` or `/a/b/0/c` (RFC 6901: `~1` stands for a slash, `~0` for a tilde); undefined when there is none. */
export function valueAtPath(document: JSONValue, path: string): JSONValue {
  if (!path.startsWith('/')) return walk(document, path.split('.'))
  const keys = path.slice(1).split('/')
  return walk(
    document,
    keys.map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~')),
  )
}

function walk(node: JSONValue, [key, ...rest]: readonly string[]): JSONValue {
  if (key === undefined) return node
  if (typeof node !== 'object' || node === null) return undefined
  if (!Array.isArray(node)) return Object.hasOwn(node, key) ? walk(node[key], rest) : undefined
  if (key === 'last') return node.map((each) => walk(each, rest)).findLast((found) => found !== undefined && found !== null)
  return /^\d+$/.test(key) ? walk(node[Number(key)], rest) : undefined
}
