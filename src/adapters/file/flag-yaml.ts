import { isDeepStrictEqual } from 'node:util'
import { isMap, isNode, isScalar, LineCounter, parseDocument, stringify, visit, type Document, type Node } from 'yaml'
import { messageOf, RolloutError } from '../../core/values/errors.ts'
import type { Json } from '../../core/values/json.ts'
import { plain } from '../plain.ts'
import { isReplaced } from '../../core/journal/fence.ts'
import { parseMark, type Mark } from '../../core/toggle/mark.ts'
import { markLine } from './env-document.ts'

/*
 * A YAML map of flags that is edited as text, so that comments, order and the writing of everything else stay.
 */

const MARK = /^# rollout:(\d.*?)(?=[ \t\r]*$)/gm

/** The flags of a file, aliases and merges (`<<: *base`) resolved. Throws `conflict` when it is no YAML map, or says something twice. */
export function flagsIn(text: string): { readonly [flag: string]: unknown } {
  return valueOf(parsed(text))
}

/**
 * Throws `conflict` where one of these flags holds an anchor that something outside of it refers to: whatever is written
 * there would change the other as well.
 */
export function refuseShared(text: string, flags: readonly string[]): void {
  const lines = new LineCounter()
  const document = parsed(text, lines)
  const { contents } = document
  const own = (isMap(contents) ? contents.items : []).flatMap(({ key, value }) =>
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
  return isIn ? marked : closed(text) + line + newlineOf(text)
}

/** A flag as a JSON value. */
type Flag = { readonly [key: string]: Json }

/**
 * The text with the flags that are made of those it has, and everything else as it was; throws `conflict` where that cannot be done: a map in
 * braces, an anchor in a flag that something else refers to. It is parsed once, and once more to be sure.
 */
export function withFlags(text: string, make: (before: { readonly [flag: string]: unknown }) => ReadonlyMap<string, Flag>): string {
  const document = parsed(text)
  const before = valueOf(document)
  const due = new Map([...make(before)].filter(([flag, value]) => !Object.hasOwn(before, flag) || !isDeepStrictEqual(before[flag], value)))
  if (due.size === 0) return text
  const edited = replaced(text, document, due)
  if (isDeepStrictEqual(flagsIn(edited), { ...before, ...Object.fromEntries(due) })) return edited
  throw new RolloutError('conflict', {
    message: `${[...due.keys()].slice(0, 3).join(', ')} cannot be changed without changing other flags`,
    hint: 'write them in block style, without anchors that others refer to',
  })
}

function replaced(text: string, { contents }: Document, flags: ReadonlyMap<string, Flag>): string {
  const newline = newlineOf(text)
  const print = (value: Flag, indent: string): string =>
    // YAML 1.1 has more words that must stand between quotes to be texts: yes, no, on, off.
    stringify(value, { indent: 2, version: '1.1' })
      .trimEnd()
      .split('\n')
      .map((line) => indent + line)
      .join(newline)
  const parts: string[] = []
  const known = new Set<string>()
  let at = 0
  for (const { key, value: held } of isMap(contents) ? contents.items : []) {
    const flag = isScalar(key) ? String(key.value) : ''
    const value = flags.get(flag)
    if (!value || !isNode(key) || !key.range) continue
    known.add(flag)
    const colon = text.indexOf(':', key.range[1]) + 1
    const [from, to] = isNode(held) && held.range ? held.range : [colon, colon]
    const isBlock = isMap(held) && held.flow !== true
    const line = text.lastIndexOf('\n', from - 1) + 1
    parts.push(isBlock ? text.slice(at, line) : `${text.slice(at, colon)}${newline}`, print(value, isBlock ? text.slice(line, from) : '  '))
    at = Math.max(colon, text.slice(from, to).trimEnd().length + from)
  }
  parts.push(text.slice(at))
  const added = [...flags].flatMap(([flag, value]) =>
    known.has(flag) ? [] : [`${stringify(flag, { version: '1.1' }).trimEnd()}:${newline}${print(value, '  ')}${newline}`],
  )
  return added.length === 0 ? parts.join('') : appended(parts.join(''), added.join(''))
}

/** Where people have marked the end of the document, it stays the end: behind it a second one would begin. */
function appended(text: string, flags: string): string {
  const end = text.search(/^\.{3}[ \t\r]*$/m)
  return end < 0 ? closed(text) + flags : text.slice(0, end) + flags + text.slice(end)
}

function parsed(text: string, lineCounter?: LineCounter): Document {
  const document = parseDocument(text, { merge: true, ...(lineCounter && { lineCounter }) })
  const [error] = document.errors
  const complain = (message: string): RolloutError =>
    new RolloutError('conflict', { message: plain(message), hint: 'mend it by hand first' })
  if (error) throw complain(`the file is not YAML: ${error.message.split('\n')[0] ?? ''}`)
  if (document.contents !== null && !isMap(document.contents)) throw complain('the file is no map of flags')
  if (isMap(document.contents) && document.contents.flow === true) throw complain('the file is a map in braces: only block style is edited')
  return document
}

function valueOf(document: Document): { readonly [flag: string]: unknown } {
  const value: unknown = toJs(document)
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

function toJs(document: Document): unknown {
  try {
    return document.toJS()
  } catch (thrown) {
    // An alias without its anchor, or one that grows without end.
    throw new RolloutError('conflict', { message: plain(`the file cannot be read: ${messageOf(thrown)}`) }, { cause: thrown })
  }
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

function closed(text: string): string {
  return text === '' || text.endsWith('\n') ? text : text + newlineOf(text)
}
