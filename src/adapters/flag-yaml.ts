import { isDeepStrictEqual } from 'node:util'
import { isMap, isNode, isScalar, parseDocument, stringify, type Document, type Pair } from 'yaml'
import { messageOf, RolloutError } from '../core/errors.ts'
import type { Json } from '../core/plan.ts'
import { plain } from './plain.ts'
import type { Mark } from './word-file.ts'

/*
 * A YAML map of flags that is edited as text, so that comments, order and the writing of everything else stay.
 */

const MARK = /^# rollout:(\d{1,15})(?: reloaded:([0-9a-f]+))?(?=[ \t\r]*$)/gm

/** The flags of a file. Throws `conflict` when it is no YAML map, or says something twice. */
export function flagsIn(text: string): { readonly [flag: string]: unknown } {
  return valueOf(parsed(text))
}

/** The mark with the highest epoch: a comment, `# rollout:42`. */
export function markIn(text: string): Mark {
  const marks = [...text.matchAll(MARK)].map(([, epoch, reloaded]) => ({ epoch: Number(epoch), reloaded }))
  return marks.reduce<Mark>((newest, each) => (each.epoch >= newest.epoch ? each : newest), { epoch: 0 })
}

/** The text with this mark. */
export function withMark(text: string, { epoch, reloaded }: Mark): string {
  const mark = `# rollout:${epoch}${reloaded === undefined ? '' : ` reloaded:${reloaded}`}`
  if (text.search(MARK) !== -1) return text.replaceAll(MARK, mark)
  return closed(text) + mark + newlineOf(text)
}

/**
 * The text with this flag, and everything else as it was; throws `conflict` where that cannot be done: a map in braces,
 * an anchor in the flag that something else refers to.
 */
export function withFlag(text: string, flag: string, value: { readonly [key: string]: Json }): string {
  const document = parsed(text)
  const before = valueOf(document)
  if (Object.hasOwn(before, flag) && isDeepStrictEqual(before[flag], value)) return text
  const edited = replaced(text, document, flag, value)
  if (!isDeepStrictEqual(rest(flagsIn(edited), flag), rest(before, flag)) || !isDeepStrictEqual(flagsIn(edited)[flag], value))
    throw new RolloutError('conflict', {
      message: `the flag ${flag} cannot be changed without changing others`,
      hint: 'write it in block style, without anchors that others refer to',
    })
  return edited
}

function rest(flags: { readonly [flag: string]: unknown }, without: string): unknown {
  return Object.fromEntries(Object.entries(flags).filter(([name]) => name !== without))
}

function replaced(text: string, { contents }: Document, flag: string, value: Json): string {
  const newline = newlineOf(text)
  const print = (indent: string): string =>
    // YAML 1.1 has more words that must stand between quotes to be texts: yes, no, on, off.
    stringify(value, { indent: 2, version: '1.1' })
      .trimEnd()
      .split('\n')
      .map((line) => indent + line)
      .join(newline)
  const pair = isMap(contents) ? contents.items.find(({ key }: Pair) => isScalar(key) && String(key.value) === flag) : undefined
  const key = pair && isNode(pair.key) ? pair.key.range : undefined
  if (!pair || !key) return `${closed(text)}${stringify(flag, { version: '1.1' }).trimEnd()}:${newline}${print('  ')}${newline}`
  const colon = text.indexOf(':', key[1]) + 1
  const [from, to] = isNode(pair.value) && pair.value.range ? pair.value.range : [colon, colon]
  const isBlock = isMap(pair.value) && pair.value.flow !== true
  const line = text.lastIndexOf('\n', from - 1) + 1
  const head = isBlock ? text.slice(0, line) : `${text.slice(0, colon)}${newline}`
  const indent = isBlock ? text.slice(line, from) : '  '
  const end = Math.max(colon, text.slice(0, to).trimEnd().length)
  return head + print(indent) + text.slice(end)
}

function parsed(text: string): Document {
  const document = parseDocument(text)
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

function newlineOf(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n'
}

function closed(text: string): string {
  return text === '' || text.endsWith('\n') ? text : text + newlineOf(text)
}
