import { RolloutError } from '../core/errors.ts'
import type { Json } from '../core/plan.ts'

/** The way to a value: names of members, positions in lists. */
export type JsonPath = readonly (string | number)[]

interface Member {
  readonly key: string | number
  readonly from: number
  readonly to: number
}

interface Container {
  readonly members: readonly Member[]
  /** Behind the opening bracket, and at the closing one. */
  readonly open: number
  readonly close: number
}

/**
 * The text with this value at this path; every byte around it stays as it was. What is missing on the way is added at
 * the end of what holds it, indented as the text is. The text must be JSON (RFC 8259); throws `conflict` where a name
 * on the way is written twice, or something on it holds no members.
 */
export function withValue(text: string, path: JsonPath, value: Json): string {
  return put(text, path, value, 0, skipBlanks(text, 0))
}

function put(text: string, path: JsonPath, value: Json, depth: number, at: number): string {
  const [key, ...rest] = path
  if (key === undefined) return text.slice(0, at) + print(value, depth, styleOf(text)) + text.slice(endOf(text, at))
  const found = contentsOf(text, at, key)
  const same = found.members.filter((member) => member.key === key)
  if (same.length > 1)
    throw new RolloutError('conflict', { message: `${JSON.stringify(key)} is written twice`, hint: 'remove one of them' })
  const [member] = same
  if (member) return put(text, rest, value, depth + 1, member.from)
  const missing = rest.reduceRight<Json>((inner, name) => (typeof name === 'number' ? [inner] : { [name]: inner }), value)
  return insert(text, found, key, missing, depth + 1)
}

function insert(text: string, { members, open, close }: Container, key: string | number, value: Json, depth: number): string {
  const style = styleOf(text)
  const last = members.at(-1)
  const name = typeof key === 'number' ? '' : `${JSON.stringify(key)}${style.unit === '' ? ':' : ': '}`
  const line = style.newline + style.unit.repeat(depth) + name + print(value, depth, style)
  if (last) return `${text.slice(0, last.to)},${line}${text.slice(last.to)}`
  return `${text.slice(0, open)}${line}${style.newline}${style.unit.repeat(depth - 1)}${text.slice(close)}`
}

interface Style {
  readonly unit: string
  readonly newline: string
}

/** A text without line ends stays one. */
function styleOf(text: string): Style {
  if (!text.trim().includes('\n')) return { unit: '', newline: '' }
  const [, unit = '  '] = /\n([ \t]+)\S/.exec(text) ?? []
  return { unit, newline: text.includes('\r\n') ? '\r\n' : '\n' }
}

/** Lists without objects are short here, and stay on one line. */
function print(value: Json, depth: number, { unit, newline }: Style): string {
  if (unit === '') return JSON.stringify(value)
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (isList(value) && !JSON.stringify(value).includes('{'))
    return `[${value.map((each) => print(each, depth, { unit, newline })).join(', ')}]`
  const inner = newline + unit.repeat(depth + 1)
  const parts = isList(value)
    ? value.map((each) => print(each, depth + 1, { unit, newline }))
    : Object.entries(value).map(([key, each]) => `${JSON.stringify(key)}: ${print(each, depth + 1, { unit, newline })}`)
  const [open, close] = isList(value) ? '[]' : '{}'
  return parts.length === 0 ? `${open}${close}` : `${open}${inner}${parts.join(`,${inner}`)}${newline}${unit.repeat(depth)}${close}`
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}

function contentsOf(text: string, at: number, key: string | number): Container {
  const isObject = text[at] === '{'
  if (!(isObject ? typeof key === 'string' : text[at] === '[' && typeof key === 'number'))
    throw new RolloutError('conflict', { message: `what holds ${JSON.stringify(key)} is ${isObject ? 'an object' : 'no object'}` })
  const members: Member[] = []
  let next = skipBlanks(text, at + 1)
  while (text[next] !== '}' && text[next] !== ']') {
    if (text[next] === ',') next = skipBlanks(text, next + 1)
    let name: string | number = members.length
    if (isObject) {
      const end = endOf(text, next)
      name = String(JSON.parse(text.slice(next, end)))
      // Behind the name come blanks, a colon and blanks again.
      next = skipBlanks(text, skipBlanks(text, end) + 1)
    }
    const to = endOf(text, next)
    members.push({ key: name, from: next, to })
    next = skipBlanks(text, to)
  }
  return { members, open: at + 1, close: next }
}

const BLANKS = /[ \t\r\n]*/y
const STRING = /"(?:[^"\\]|\\.)*"/y
const BARE = /[^\s,\]}]+/y
const TOKEN = /"(?:[^"\\]|\\.)*"|[[\]{}]/g

function skipBlanks(text: string, at: number): number {
  return match(BLANKS, text, at)
}

/** Where the value ends that begins here. */
function endOf(text: string, at: number): number {
  if (text[at] === '"') return match(STRING, text, at)
  if (text[at] !== '{' && text[at] !== '[') return match(BARE, text, at)
  let depth = 0
  TOKEN.lastIndex = at
  for (let token = TOKEN.exec(text); token; token = TOKEN.exec(text)) {
    if (token[0] === '{' || token[0] === '[') depth += 1
    else if (token[0] === '}' || token[0] === ']') depth -= 1
    if (depth === 0) return token.index + token[0].length
  }
  return text.length
}

function match(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : at
}
