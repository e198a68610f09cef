import { RolloutError } from '../../core/values/errors.ts'
import type { Json } from '../../core/values/json.ts'

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
 * The text with these members in what lies at this path; every byte around them stays as it was. What is missing, on
 * the way too, is added at the end of what holds it, indented as the text is. The text must be JSON (RFC 8259), and is
 * gone through once, however many members there are; throws `conflict` where a name is written twice, or something on
 * the way holds no members.
 */
export function withMembers(text: string, path: JsonPath, values: readonly (readonly [key: string | number, value: Json])[]): string {
  const [first] = values
  if (!first) return text
  let at = skipBlanks(text, 0)
  for (const [depth, key] of path.entries()) {
    const holder = contentsOf(text, at, key)
    const [member] = sameIn(holder, key)
    if (!member) {
      const inner = path
        .slice(depth + 1)
        .reduceRight<Json>((held, name) => (typeof name === 'number' ? [held] : { [name]: held }), gather(values))
      return spliced(text, [addition(text, holder, [[key, inner]], depth + 1)])
    }
    at = member.from
  }
  const holder = contentsOf(text, at, first[0])
  const style = styleOf(text)
  const names = new Map<string | number, Member>()
  const wanted = new Map(values)
  for (const member of holder.members) {
    if (wanted.has(member.key) && names.has(member.key)) throw twice(member.key)
    names.set(member.key, member)
  }
  const edits = values.flatMap(([key, value]): readonly Edit[] => {
    const member = names.get(key)
    return member ? [{ from: member.from, to: member.to, text: print(value, path.length + 1, style) }] : []
  })
  const added = values.filter(([key]) => !names.has(key))
  return spliced(text, added.length === 0 ? edits : [...edits, addition(text, holder, added, path.length + 1)])
}

/** Returns the text with one value replaced, whose last name is the member. */
export function withValue(text: string, path: JsonPath, value: Json): string {
  const last = path.at(-1)
  return last === undefined ? text : withMembers(text, path.slice(0, -1), [[last, value]])
}

interface Edit {
  readonly from: number
  readonly to: number
  readonly text: string
}

function spliced(text: string, edits: readonly Edit[]): string {
  const parts: string[] = []
  let at = 0
  for (const edit of edits.toSorted((a, b) => a.from - b.from)) {
    parts.push(text.slice(at, edit.from), edit.text)
    at = edit.to
  }
  return parts.join('') + text.slice(at)
}

function addition(
  text: string,
  { members, open, close }: Container,
  values: readonly (readonly [key: string | number, value: Json])[],
  depth: number,
): Edit {
  const style = styleOf(text)
  const lines = values.map(([key, value]) => {
    const name = typeof key === 'number' ? '' : `${JSON.stringify(key)}${style.unit === '' ? ':' : ': '}`
    return style.newline + style.unit.repeat(depth) + name + print(value, depth, style)
  })
  const last = members.at(-1)
  if (last) return { from: last.to, to: last.to, text: `,${lines.join(',')}` }
  return { from: open, to: close, text: `${lines.join(',')}${style.newline}${style.unit.repeat(depth - 1)}` }
}

function gather(values: readonly (readonly [key: string | number, value: Json])[]): Json {
  return typeof values[0]?.[0] === 'number' ? values.map(([, value]) => value) : Object.fromEntries(values)
}

function sameIn({ members }: Container, key: string | number): readonly Member[] {
  const same = members.filter((member) => member.key === key)
  if (same.length > 1) throw twice(key)
  return same
}

function twice(key: string | number): RolloutError {
  return new RolloutError('conflict', { message: `${JSON.stringify(key)} is written twice`, hint: 'remove one of them' })
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
