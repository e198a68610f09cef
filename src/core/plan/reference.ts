import type { Json } from '../values/json.ts'

/** A reference that nothing answers: the variable is not set and there is no default. */
export interface Unresolved {
  readonly path: readonly (string | number)[]
  readonly name: string
}

export interface Resolved<Value> {
  readonly value: Value
  /** Value taken from the environment → the reference it stands for: what must never be shown. */
  readonly secrets: ReadonlyMap<string, string>
  readonly unresolved: readonly Unresolved[]
  /** What begins like a reference and is none, e.g. `${NAME-x}`; left as it stands. */
  readonly malformed: readonly Unresolved[]
}

/** An escape, a reference (a default holds no other reference), or what only begins like one. */
const REFERENCE = /\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-((?:(?!\$\{)[^}])*))?\}|\$\{[^}]*\}?/g

/**
 * Replaces `${NAME}` and `${NAME:-default}` in every string of a document; `$${` stands for a
 * literal `${`. As in a POSIX shell, an empty variable counts as unset where there is a default.
 */
export function resolveReferences(
  document: { readonly [key: string]: Json },
  env: Readonly<Record<string, string | undefined>>,
): Resolved<{ readonly [key: string]: Json }> {
  const secrets = new Map<string, string>()
  const unresolved: Unresolved[] = []
  const malformed: Unresolved[] = []
  const text = (written: string, path: readonly (string | number)[]): string =>
    written.replaceAll(REFERENCE, (reference: string, name: string | undefined, fallback: string | undefined) => {
      if (reference === '$${') return '${'
      if (name === undefined) {
        malformed.push({ path, name: reference })
        return reference
      }
      const value = env[name]
      if (value !== undefined && (value !== '' || fallback === undefined)) {
        secrets.set(value, reference)
        return value
      }
      if (fallback === undefined) unresolved.push({ path, name })
      return fallback ?? ''
    })
  const walk = (node: Json, path: readonly (string | number)[]): Json => {
    if (typeof node === 'string') return text(node, path)
    if (isList(node)) return node.map((each, nth) => walk(each, [...path, nth]))
    if (typeof node === 'object' && node !== null)
      return Object.fromEntries(Object.entries(node).map(([key, each]) => [key, walk(each, [...path, key])]))
    return node
  }
  const value = Object.fromEntries(Object.entries(document).map(([key, each]) => [key, walk(each, [key])]))
  return { value, secrets, unresolved, malformed }
}

function isList(node: Json): node is readonly Json[] {
  return Array.isArray(node)
}
