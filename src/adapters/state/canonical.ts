/** A part of a value whose canonical JSON is known already: a plan is large, and asked for twice. */
export interface WrittenPart {
  readonly part: unknown
  readonly text: string
}

/**
 * JSON of plain data with the keys of every object sorted by code unit (array indices first, as every engine keeps
 * them) and without undefined members: the same value always gives the same bytes, whatever store it has been through
 * (RFC 8785 in spirit; numbers and strings are written as JSON.stringify writes them, which is what the RFC asks for).
 */
export function canonical(value: unknown, known?: WrittenPart): string {
  if (typeof value === 'string') return quoted(value)
  if (typeof value === 'number') return Number.isFinite(value) ? `${value}` : 'null'
  if (typeof value === 'boolean') return value ? 'true' : 'false'
  if (Array.isArray(value)) return `[${value.map((each) => canonical(each, known)).join(',')}]`
  if (!isObject(value)) return 'null'
  return value === known?.part ? known.text : ofObject(value, known)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

// By hand and not by a replacer of JSON.stringify, which takes four times as long: whoever reads a journal waits for this.
function ofObject(value: Readonly<Record<string, unknown>>, known: WrittenPart | undefined): string {
  let text = ''
  for (const key of sortedKeys(value)) {
    const each = value[key]
    if (each !== undefined) text += `${text === '' ? '' : ','}${quoted(key)}:${canonical(each, known)}`
  }
  return `{${text}}`
}

/** Printable ASCII that JSON needs not escape. */
const PLAIN = /^[ !#-[\]-~]*$/

function quoted(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text)
}

function sortedKeys(value: object): readonly string[] {
  const keys = Object.keys(value)
  let last = ''
  for (const key of keys) {
    if (key < last) return afterIndices(keys)
    last = key
  }
  return keys
}

function afterIndices(keys: readonly string[]): readonly string[] {
  const first = keys.findIndex((key) => !isIndex(key))
  return first < 0 ? keys : [...keys.slice(0, first), ...keys.slice(first).toSorted()]
}

/** The keys that come first in every object, by their value (ECMA-262, OrdinaryOwnPropertyKeys). */
function isIndex(key: string): boolean {
  const index = Number(key)
  return index < 2 ** 32 - 1 && String(index >>> 0) === key
}
