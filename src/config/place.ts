import { isMap, isNode, isScalar, type Pair } from 'yaml'
import type { Problem, Where } from '../core/errors.ts'
import { suggest } from '../core/suggest.ts'
import type { Source } from './syntax.ts'

export type Path = readonly (string | number)[]

/** What is used of an issue of zod: the parts its own types leave out for some kinds. */
export interface Issue {
  readonly code?: string | undefined
  readonly message: string
  readonly path: readonly PropertyKey[]
  readonly keys?: readonly string[]
  readonly errors?: readonly (readonly Issue[])[]
  readonly params?: Readonly<Record<string, unknown>> | undefined
}

/** File, line and column of the node at a path; of the nearest one around it where there is none. */
export function locate(source: Source, path: Path, onKey = false): Where {
  const range = rangeOf(source, path, onKey)
  const { line, col } = source.lines.linePos(range)
  return { file: source.name, line, column: col, path: path.join('.') }
}

/** What zod says, for people: its place, and a hint where one is known. */
export function explainIssue(issue: Issue, schema: unknown, source: Source): readonly Problem[] {
  const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)))
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(schema, path)
    return (issue.keys ?? []).map((key) => {
      const near = suggest(key, known)
      const hint = near === undefined ? (known.length > 0 ? `known here: ${known.join(', ')}` : undefined) : `did you mean ${near}?`
      return { message: `"${key}" is not known here`, where: locate(source, [...path, key], true), ...(hint !== undefined && { hint }) }
    })
  }
  if (issue.code === 'invalid_union' && issue.errors && issue.errors.length > 0) {
    return best(issue.errors).flatMap((each) => explainIssue({ ...each, path: [...issue.path, ...each.path] }, schema, source))
  }
  if (issue.code === 'invalid_key') {
    const [inner] = issue.errors?.flat() ?? []
    return [{ message: `"${path.at(-1)}" ${inner?.message ?? 'cannot be a name here'}`, where: locate(source, path, true) }]
  }
  const hint = issue.params?.['hint']
  const missing = issue.message.includes('received undefined')
  const message = missing ? `${path.at(-1)} is missing` : issue.message.replace(/^Invalid input: /, '').replace(/^Invalid option: /, '')
  return [
    {
      message: path.length > 0 && !missing && issue.code !== 'custom' ? `${path.at(-1)}: ${message}` : message,
      where: locate(source, path),
      ...(typeof hint === 'string' && { hint }),
    },
  ]
}

/** Of several alternatives the one that fits best: the one whose complaints lie deepest, or that gives a hint. */
function best(alternatives: readonly (readonly Issue[])[]): readonly Issue[] {
  const score = (issues: readonly Issue[]): number =>
    Math.max(
      ...issues.map(
        (issue) =>
          issue.path.length * 10 +
          (issue.code === 'unrecognized_keys' ? 8 : 0) +
          (issue.params?.['hint'] === undefined ? 0 : 5) +
          (issue.code === 'invalid_union' ? 1 : 0),
      ),
    )
  return alternatives.toSorted((a, b) => score(b) - score(a))[0] ?? []
}

function rangeOf(source: Source, path: Path, onKey: boolean): number {
  const { document } = source
  const parent = path.length === 0 ? undefined : path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true)
  if (isMap(parent)) {
    const pair = parent.items.find((each: Pair) => isScalar(each.key) && String(each.key.value) === String(path.at(-1)))
    const at = isScalar(pair?.key) && (onKey || !isNode(pair.value)) ? pair.key : pair?.value
    if (isNode(at)) return at.range?.[0] ?? 0
  }
  const node = path.length === 0 ? document.contents : document.getIn(path, true)
  if (isNode(node)) return node.range?.[0] ?? 0
  return path.length === 0 ? 0 : rangeOf(source, path.slice(0, -1), true)
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
