import { isDeepStrictEqual } from 'node:util'
import {
  type Document,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  LineCounter,
  parseDocument,
  visit,
  type Node,
  type YAMLMap,
} from 'yaml'
import { messageOf, RolloutError } from '../../core/values/errors.ts'
import { plain } from '../plain.ts'
import { isReplaced } from '../../core/journal/fence.ts'
import { parseMark, type Mark } from '../../core/toggle/mark.ts'
import { markLine } from './env-document.ts'
import { linesOfFlag, nameOfFlag, type Flag } from './flag-lines.ts'

/*
 * A YAML map of flags that is edited as text, so that comments, order and the writing of everything else stay.
 */

const MARK = /^# rollout:(\d.*?)(?=[ \t\r]*$)/gm

/** The key that the flags of a file stand under; undefined where the file is a map of flags. */
type Under = 'flags' | undefined

/** What a file holds, aliases and merges (`<<: *base`) resolved. Throws `conflict` when it is no YAML map, or says something twice. */
export function yamlIn(text: string): { readonly [flag: string]: unknown } {
  return valueOf(parsed(text))
}

/**
 * Throws `conflict` where one of these flags holds an anchor that something outside of it refers to: whatever is written
 * there would change the other as well.
 */
export function refuseShared(text: string, flags: readonly string[], under?: Under): void {
  const lines = new LineCounter()
  const document = parsed(text, lines)
  const own = itemsOf(mapIn(document, under)).flatMap(({ key, value }) =>
    isScalar(key) && isNode(value) && flags.includes(String(key.value)) ? [[String(key.value), value] as const] : [],
  )
  // Asked first: to find what an alias stands for takes a walk through the document.
  const anchors = new Set(own.flatMap(([, node]) => anchorsIn(node)))
  visit(document, {
    Alias: (_, alias) => {
      if (!anchors.has(alias.source)) return
      const source = alias.resolve(document)
      const [flag] = own.find(([, node]) => source && isWithin(source, node) && !isWithin(alias, node)) ?? []
      if (flag === undefined) return
      throw new RolloutError('conflict', {
        message: `line ${lines.linePos(alias.range?.[0] ?? 0).line} refers to &${alias.source} in the flag ${flag}, and would change with it`,
        hint: 'put what both have in common into a flag of its own',
      })
    },
  })
}

/** The marks: comments as in an env file. */
export function yamlMarksIn(text: string): readonly Mark[] {
  return [...text.matchAll(MARK)].flatMap(([, mark = '']) => parseMark(mark) ?? [])
}

/** The text with this mark, in the place of those it replaces. */
export function withYamlMark(text: string, mark: Mark): string {
  const line = markLine(mark)
  let isIn = false
  const marked = text.replaceAll(MARK, (comment, held: string) => {
    const other = parseMark(held)
    if (!other || !isReplaced(other, mark)) return comment
    isIn = true
    return line
  })
  return isIn ? marked : closed(text, newlineOf(text)) + line + newlineOf(text)
}

/**
 * The text with the flags that are made of those it has, and everything else as it was; throws `conflict` where that cannot be done: a map in
 * braces, an anchor in a flag that something else refers to. It is parsed once, and once more to be sure.
 */
export function withFlags(
  text: string,
  make: (before: { readonly [flag: string]: unknown }) => ReadonlyMap<string, Flag>,
  under?: Under,
): string {
  const document = parsed(text)
  const whole = valueOf(document)
  const before = under === undefined ? whole : membersOf(whole[under])
  const due = new Map([...make(before)].filter(([flag, value]) => !Object.hasOwn(before, flag) || !isDeepStrictEqual(before[flag], value)))
  if (due.size === 0) return text
  const edited = replaced(text, mapIn(document, under), due, under === undefined ? '' : '  ')
  const after = { ...before, ...Object.fromEntries(due) }
  if (isDeepStrictEqual(yamlIn(edited), under === undefined ? after : { ...whole, [under]: after })) return edited
  throw new RolloutError('conflict', {
    message: `${[...due.keys()].slice(0, 3).join(', ')} cannot be changed without changing other flags`,
    hint: 'write them in block style, without anchors that others refer to',
  })
}

function replaced(text: string, map: YAMLMap | undefined, flags: ReadonlyMap<string, Flag>, usual: string): string {
  const newline = newlineOf(text)
  const print = (value: Flag, indent: string): string => linesOfFlag(value, indent).join(newline)
  const column = columnOf(text, map) ?? usual
  const parts: string[] = []
  const known = new Set<string>()
  let at = 0
  for (const { key, value: held } of itemsOf(map)) {
    const flag = isScalar(key) ? String(key.value) : ''
    const value = flags.get(flag)
    if (!value || !isNode(key) || !key.range) continue
    known.add(flag)
    const colon = text.indexOf(':', key.range[1]) + 1
    const [from, to] = isNode(held) && held.range ? held.range : [colon, colon]
    const isLong = isExplicit(text, key)
    const isBlock = isMap(held) && held.flow !== true && !isLong
    const line = text.lastIndexOf('\n', from - 1) + 1
    const [start, indent] = isBlock ? [line, text.slice(line, from)] : [isLong ? text.lastIndexOf('?', key.range[0]) : colon, `${column}  `]
    parts.push(text.slice(at, start), isLong ? `${nameOfFlag(flag)}:` : '', isBlock ? '' : newline, print(value, indent))
    at = Math.max(colon, text.slice(from, to).trimEnd().length + from)
  }
  const added = [...flags].flatMap(([flag, value]) => {
    return known.has(flag) ? [] : [`${column}${nameOfFlag(flag)}:${newline}${print(value, `${column}  `)}${newline}`]
  })
  const end = added.length === 0 ? at : Math.max(at, endOf(text, map, column))
  const before = parts.join('') + text.slice(at, end)
  return (added.length === 0 ? before : closed(before, newline)) + added.join('') + text.slice(end)
}

/** Whether a key stands behind a question mark (`? NAME`), and its value behind a colon of its own, mostly a line below. */
function isExplicit(text: string, key: Node): boolean {
  const [from = 0, to = 0] = key.range ?? []
  return !/^[ \t]*:/.test(text.slice(to, to + 80)) || text.slice(from, to).includes('\n')
}

/** Returns the blanks before the names of a map; undefined where it has none. */
function columnOf(text: string, map: YAMLMap | undefined): string | undefined {
  const key = itemsOf(map)[0]?.key
  if (!isNode(key) || !key.range) return undefined
  const [from] = key.range
  return (/^[ \t]*/.exec(text.slice(text.lastIndexOf('\n', from - 1) + 1, from)) ?? [''])[0]
}

/**
 * Where a map ends, with the comments that belong to its last flag. Where people have marked the end of the document, it
 * stays the end: behind it a second one would begin.
 */
function endOf(text: string, map: YAMLMap | undefined, column: string): number {
  if (!map) {
    const marked = text.search(/^\.{3}[ \t\r]*$/m)
    return marked < 0 ? text.length : marked
  }
  const last = text.slice(0, lastIn(map)).trimEnd().length
  const [rest = ''] = new RegExp(`^[^\\n]*(?:\\n${column}[ \\t]+#[^\\n]*)*\\n?`).exec(text.slice(last)) ?? []
  return last + rest.length
}

function parsed(text: string, lineCounter?: LineCounter): Document {
  const document = parseDocument(text, { merge: true, ...(lineCounter && { lineCounter }) })
  const [error] = document.errors
  if (error) throw complain(`the file is not YAML: ${error.message.split('\n')[0] ?? ''}`)
  if (document.contents !== null && !isMap(document.contents)) throw complain('the file is no map of flags')
  return document
}

function complain(message: string): RolloutError {
  return new RolloutError('conflict', { message: plain(message), hint: 'mend it by hand first' })
}

function mapIn(document: Document, under: Under): YAMLMap | undefined {
  const map: unknown = under === undefined ? document.contents : document.get(under)
  if (!isMap(map)) return undefined
  if (map.flow !== true) return map
  throw complain(`${under ?? 'the file'} is a map in braces: only block style is edited`)
}

function itemsOf(map: YAMLMap | undefined): YAMLMap['items'] {
  return map?.items ?? []
}

function membersOf(value: unknown): { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

function valueOf(document: Document): { readonly [flag: string]: unknown } {
  return membersOf(toJs(document))
}

function toJs(document: Document): unknown {
  try {
    return document.toJS()
  } catch (thrown) {
    // An alias without its anchor, or one that grows without end.
    throw new RolloutError('conflict', { message: plain(`the file cannot be read: ${messageOf(thrown)}`) }, { cause: thrown })
  }
}

/** Where what was written last in a value ends; to the parser a block goes on through the comments behind it. */
function lastIn(value: unknown): number {
  if (isCollection(value) && value.flow !== true) {
    const last: unknown = value.items.at(-1)
    return isPair(last) ? Math.max(lastIn(last.key), lastIn(last.value)) : lastIn(last)
  }
  return isNode(value) && value.range ? value.range[1] : 0
}

function anchorsIn(node: Node): readonly string[] {
  const found: string[] = []
  visit(node, {
    Value: (_, { anchor }) => {
      if (anchor !== undefined) found.push(anchor)
    },
  })
  return found
}

function isWithin({ range }: Node, outer: Node): boolean {
  return range != null && outer.range != null && outer.range[0] <= range[0] && range[1] <= outer.range[1]
}

function newlineOf(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n'
}

function closed(text: string, newline: string): string {
  return text === '' || text.endsWith('\n') ? text : text + newline
}
