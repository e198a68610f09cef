import type { Problem, Where } from '../core/values/errors.ts'
import { suggest } from '../core/values/suggest.ts'
import { shorten, type Path } from './place.ts'

/** The parts of an issue of zod that are used here; its own types leave them out for some kinds. */
export interface Issue {
  readonly code?: string | undefined
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
  readonly keys?: readonly string[]
  readonly errors?: readonly (readonly Issue[])[]
  readonly issues?: readonly Issue[]
  readonly params?: Readonly<Record<string, unknown>> | undefined
  readonly expected?: unknown
  readonly values?: readonly unknown[]
  readonly origin?: unknown
  readonly minimum?: unknown
  readonly maximum?: unknown
}

/** The schema and the input that an issue is about. */
export interface About {
  /** The schema that found it: it knows the keys that would have been right. */
  readonly schema: unknown
  /** The checked values with references unresolved: the only ones that may be shown. */
  readonly input: unknown
  /** Where a path of the input, or its key, stands in its file. */
  readonly place: (path: Path, onKey?: boolean) => Where
}

/** Returns the issues of zod as problems for people; a key that is there under another spelling is not missing as well. */
export function explainIssues(issues: readonly Issue[], about: About): readonly Problem[] {
  const misspelled = new Set(
    issues.flatMap((issue) =>
      (issue.code === 'unrecognized_keys' ? (issue.keys ?? []) : []).map((key) =>
        [...pathOf(issue), suggest(key, keysAt(about.schema, pathOf(issue)))].join('\n'),
      ),
    ),
  )
  const isMissing = (issue: Issue): boolean => ABSENT.has(issue.code) && valueAt(about.input, pathOf(issue)) === undefined
  return issues
    .filter((issue) => !(isMissing(issue) && misspelled.has(pathOf(issue).join('\n'))))
    .flatMap((issue) => explainIssue(issue, about))
}

/** Returns an issue of zod as problems for people, each with its place, and a hint where one is known. */
function explainIssue(issue: Issue, about: About): readonly Problem[] {
  const path = pathOf(issue)
  const name = path.at(-1)
  if (issue.code === 'unrecognized_keys') return (issue.keys ?? []).map((key) => unknownKey(key, path, about))
  if (issue.code === 'invalid_union' && issue.errors && issue.errors.length > 0) {
    const inner = best(issue.errors)
    if (inner.length > 0) return inner.flatMap((each) => explainIssue({ ...each, path: [...path, ...pathOf(each)] }, about))
  }
  if (issue.code === 'invalid_key') {
    const [inner] = issue.issues ?? issue.errors?.flat() ?? []
    return [problem(`"${shorten(String(name))}" cannot be a name here`, about.place(path, true), inner?.message)]
  }
  const value = valueAt(about.input, path)
  if (value === undefined && name !== undefined && ABSENT.has(issue.code))
    return [
      typeof name === 'number'
        ? problem(name === 0 ? 'the list is empty' : `the list ends before its entry ${name + 1}`, about.place(path.slice(0, -1)))
        : problem(`${name} is missing`, about.place(path, true)),
    ]
  const hint = issue.params?.['hint']
  const says = sentence(issue, value)
  return [
    problem(
      name === undefined || typeof hint === 'string' ? says : `${typeof name === 'number' ? shown(value) : name}: ${says}`,
      about.place(path),
      typeof hint === 'string' ? referenceHint(value, hint) : hintOf(issue, value),
    ),
  ]
}

/** The complaints that a value which is not there gives rise to. */
const ABSENT = new Set<string | undefined>(['invalid_type', 'invalid_value', 'invalid_union'])

function unknownKey(key: string, path: Path, { schema, input, place }: About): Problem {
  const known = keysAt(schema, path)
  const near = suggest(key, known)
  const owner = valueAt(input, path)
  const free = known.filter((each) => typeof owner !== 'object' || owner === null || !Object.hasOwn(owner, each))
  const hint = near !== undefined ? `did you mean ${near}?` : free.length > 0 ? `known here: ${free.join(', ')}` : undefined
  return problem(`"${shorten(key)}" is not known here`, place([...path, key], true), hint)
}

function problem(message: string, where: Where, hint?: string): Problem {
  return { message, where, ...(hint !== undefined && { hint }) }
}

/** Returns where an issue points to, as keys and indexes. */
export function pathOf({ path = [] }: Pick<Issue, 'path'>): Path {
  return path.map((part) => (typeof part === 'object' ? part.key : part)).map((key) => (typeof key === 'number' ? key : String(key)))
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'a map of keys',
  record: 'a map of keys',
}

/** `must be a list, not text`: zod speaks of records and received values; people write lists and maps. */
function sentence(issue: Issue, value: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      return value === null
        ? 'nothing is written here'
        : `must be ${KINDS[String(issue.expected)] ?? String(issue.expected)}, not ${kindOf(value)}`
    case 'invalid_value':
      return `must be ${listed(issue.values)}, not ${shown(value)}`
    case 'too_small':
      if (issue.origin === 'array') return 'the list is empty'
      if (issue.origin === 'string') return 'the text is empty'
      return `must be at least ${String(issue.minimum)}, not ${shown(value)}`
    case 'too_big':
      if (issue.origin === 'string') return `is longer than ${String(issue.maximum)} characters`
      return `must be at most ${String(issue.maximum)}, not ${shown(value)}`
    default:
      return issue.message.replace(/^Invalid (?:input|option|string): /, '')
  }
}

function hintOf(issue: Issue, value: unknown): string | undefined {
  if (issue.code === 'invalid_value' && typeof value === 'string') {
    const near = suggest(value, (issue.values ?? []).map(String))
    if (near !== undefined) return `did you mean ${near}?`
  }
  if (issue.code === 'invalid_type' && issue.expected === 'array' && typeof value === 'string') return `write [${shorten(value)}]`
  if (issue.code === 'invalid_type' && issue.expected === 'string' && typeof value === 'number')
    return `quote it when it is meant: "${value}"`
  return referenceHint(value)
}

/** A reference in a place that does not read any is taken at its word, and mostly not meant so. */
function referenceHint(value: unknown, otherwise?: string): string | undefined {
  return typeof value === 'string' && value.includes('${') ? 'references are read in the options of targets and metrics only' : otherwise
}

function listed(values: readonly unknown[] = []): string {
  return values.length === 1 ? shown(values[0]) : `one of ${values.map(String).join(', ')}`
}

function shown(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? shorten(JSON.stringify(value))
    : kindOf(value)
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  return KINDS[typeof value] ?? typeof value
}

function valueAt(input: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inside, key) => (typeof inside === 'object' && inside !== null && Object.hasOwn(inside, key) ? Reflect.get(inside, key) : undefined),
    input,
  )
}

/** Of several alternatives the one that fits best: the one whose complaints lie deepest, or that gives a hint. */
function best(alternatives: readonly (readonly Issue[])[]): readonly Issue[] {
  const score = (issues: readonly Issue[]): number =>
    Math.max(
      ...issues.map(
        (issue) =>
          (issue.path?.length ?? 0) * 10 +
          (issue.code === 'unrecognized_keys' ? 8 : 0) +
          (issue.params?.['hint'] === undefined ? 0 : 5) +
          (issue.code === 'invalid_union' ? 1 : 0),
      ),
    )
  return alternatives.toSorted((a, b) => score(b) - score(a))[0] ?? []
}

/** The keys a schema knows at a path: walks the definitions zod keeps of itself. */
function keysAt(schema: unknown, path: Path): readonly string[] {
  const [head, ...rest] = path
  const definition = get(get(schema, '_zod'), 'def')
  switch (get(definition, 'type')) {
    case 'object': {
      const shape = get(definition, 'shape')
      if (head === undefined) return typeof shape === 'object' && shape !== null ? Object.keys(shape) : []
      return keysAt(get(shape, String(head)), rest)
    }
    case 'record':
      return head === undefined ? [] : keysAt(get(definition, 'valueType'), rest)
    case 'array':
      return head === undefined ? [] : keysAt(get(definition, 'element'), rest)
    case 'optional':
    case 'default':
    case 'prefault':
    case 'nullable':
      return keysAt(get(definition, 'innerType'), path)
    case 'pipe':
      return keysAt(get(definition, 'in'), path)
    case 'union': {
      const options = get(definition, 'options')
      return Array.isArray(options) ? options.flatMap((option: unknown) => keysAt(option, path)) : []
    }
    default:
      return []
  }
}

function get(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined
}
