import { isMap, isNode, isScalar, type Pair } from 'yaml'
import type { Where } from '../core/values/errors.ts'
import type { YamlSource } from './syntax.ts'

export type Path = readonly (string | number)[]

/** Returns file, line and column of the node at a path (of its key, if asked); of the nearest one around it where there is none. */
export function placeInText(source: YamlSource, path: Path, onKey = false): Where {
  const range = rangeOf(source, path, onKey)
  const { line, col } = source.lines.linePos(range)
  return { file: source.name, line, column: col, ...(path.length > 0 && { path: path.map((part) => shorten(String(part))).join('.') }) }
}

/** Returns written text, short enough for a message. */
export function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}

function rangeOf(source: YamlSource, path: Path, onKey: boolean): number {
  const { document } = source
  const parent = path.length === 0 ? undefined : path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true)
  if (isMap(parent)) {
    const pair = parent.items.find((each: Pair) => isScalar(each.key) && String(each.key.value) === String(path.at(-1)))
    const at = isScalar(pair?.key) && (onKey || !isWritten(pair.value)) ? pair.key : pair?.value
    if (isNode(at)) return at.range?.[0] ?? 0
  }
  const node = path.length === 0 ? document.contents : document.getIn(path, true)
  if (isNode(node)) return node.range?.[0] ?? 0
  return path.length === 0 ? 0 : rangeOf(source, path.slice(0, -1), true)
}

/** `key:` with nothing behind it has a node too, but one that stands nowhere. */
function isWritten(value: unknown): boolean {
  return isNode(value) && !(isScalar(value) && value.value === null && value.source === '')
}
