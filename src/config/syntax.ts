import { Composer, CST, isScalar, LineCounter, Parser, visit, type Document, type YAMLParseError } from 'yaml'
import { RolloutError, type Problem } from '../core/values/errors.ts'
import { plainJson, type Json } from '../core/values/json.ts'

const DEEPEST = 32
const MOST_NODES = 20_000
const SPLIT = 'instances: names many places of one target; or split it into several plans'
const REFUSED_KEYS = new Set(['__proto__', 'constructor', 'prototype'])

/** A YAML file that is safe to compose, and where its lines begin. */
export interface YamlSource {
  /** As it is named in messages: relative to the plan's folder. */
  readonly name: string
  readonly text: string
  readonly document: Document.Parsed
  readonly lines: LineCounter
}

/**
 * Parses YAML 1.2 text. The concrete syntax is walked before anything is composed, because deep nesting
 * aborts the composer uncatchably. Throws `config` with the
 * first error only, because one mistake often makes several; keys that are written twice are all named.
 */
export function parse(written: string, name: string): YamlSource {
  // A byte order mark is no column of the first line.
  const text = written.replace(/^\uFEFF/, '')
  const lines = new LineCounter()
  const at = (offset: number, message: string, hint?: string): Problem => {
    const { line, col } = lines.linePos(offset)
    return { message, where: { file: name, line, column: col }, ...(hint !== undefined && { hint }) }
  }
  const tokens = [...new Parser(lines.addNewLine).parse(text)]
  const refused = inspect(tokens)
  if (refused) throw new RolloutError('config', at(refused.offset, refused.message, refused.hint))
  const document = compose(tokens, text)
  const [first] = document.errors
  if (first) throw new RolloutError('config', at(first.pos[0], ...explain(first, lineAt(text, first.pos[0]))))
  const twice = writtenTwice(document)
  if (twice.length > 0)
    throw new RolloutError(
      'config',
      twice.map((offset) => at(offset, 'the same key is written twice')),
    )
  return { name, text: written, document, lines }
}

/** What could be made of a text that may be no plan. */
export interface ParsedAnyway {
  readonly value: Json
  /** There was nothing wrong with it as YAML. */
  readonly isWhole: boolean
}

/** Parses what can be parsed of YAML 1.2 text, within the bounds of `parse`; null where nothing can. Never throws. */
export function parseAnyway(written: string): ParsedAnyway {
  const text = written.replace(/^\uFEFF/, '')
  const tokens = [...new Parser().parse(text)]
  if (inspect(tokens)) return { value: null, isWhole: false }
  const document = compose(tokens, text)
  try {
    return {
      value: plainJson(document.toJS({ maxAliasCount: 0 })),
      isWhole: document.errors.length === 0 && writtenTwice(document).length === 0,
    }
  } catch {
    return { value: null, isWhole: false }
  }
}

/** Composes what was parsed: text with nothing in it is a document too, an empty one. */
function compose(tokens: readonly CST.Token[], text: string): Document.Parsed {
  // Its own check for keys that are written twice is quadratic.
  const [document] = new Composer({ version: '1.2', uniqueKeys: false }).compose(tokens, true, text.length)
  if (!document) throw new Error('text of one document made none')
  return document
}

/** Returns where keys stand that their map has already: `1` and `"1"` become the same key of an object. */
function writtenTwice(document: Document.Parsed): readonly number[] {
  const offsets: number[] = []
  visit(document, {
    Map: (_, { items }) => {
      const names = new Set<string>()
      for (const { key } of items) {
        if (!isScalar(key)) continue
        const name = String(key.value)
        if (names.has(name)) offsets.push(key.range?.[0] ?? 0)
        names.add(name)
      }
    },
  })
  return offsets
}

interface Refusal {
  readonly offset: number
  readonly message: string
  readonly hint?: string
}

/** Iterative: what it guards against is exactly what a recursion could not survive. */
function inspect(tokens: readonly CST.Token[]): Refusal | undefined {
  const stack: { readonly token: CST.Token | CST.SourceToken; readonly depth: number }[] = tokens
    .toReversed()
    .map((token) => ({ token, depth: 0 }))
  let nodes = 0
  let documents = 0
  for (let top = stack.pop(); top; top = stack.pop()) {
    const { token, depth } = top
    if (isNode(token)) nodes += 1
    if (nodes > MOST_NODES) return { offset: token.offset, message: `has more than ${MOST_NODES} nodes`, hint: SPLIT }
    if (depth > DEEPEST) return { offset: token.offset, message: `is nested more than ${DEEPEST} deep` }
    const refusal = refuse(token)
    if (refusal) return { offset: refusal.offset ?? token.offset, message: refusal.message, ...(refusal.hint && { hint: refusal.hint }) }
    if (token.type === 'document' && (documents += 1) > 1)
      return { offset: token.offset, message: 'holds several documents', hint: 'a plan is one document: remove the ---' }
    for (const child of childrenOf(token).toReversed()) stack.push({ token: child, depth: depth + (isCollection(token) ? 1 : 0) })
  }
  return undefined
}

function refuse(token: CST.Token | CST.SourceToken): (Omit<Refusal, 'offset'> & { readonly offset?: number }) | undefined {
  switch (token.type) {
    case 'anchor':
    case 'alias':
      return {
        message: 'anchors and aliases are not allowed',
        hint: 'repeat the value; text that begins with & or * needs quotes',
      }
    case 'tag':
      return { message: 'tags are not allowed', hint: 'values have the type they look like; text that begins with ! needs quotes' }
    case 'directive':
      return { message: 'directives are not allowed', hint: 'a plan is YAML 1.2' }
    case 'block-map':
    case 'flow-collection': {
      for (const { key } of token.items) {
        const message = key ? nameOf(key) : undefined
        if (key && message !== undefined) return { message, offset: key.offset }
      }
      return undefined
    }
    default:
      return undefined
  }
}

/** Returns what is wrong with a key, before anything is made of it. Escapes are read: "\x5f_proto__" is no way around. */
function nameOf(key: CST.Token): string | undefined {
  if (isCollection(key)) return 'a key is text, not a list or a map'
  const name = CST.isScalar(key) ? CST.resolveAsScalar(key, false, () => undefined)?.value : undefined
  return typeof name === 'string' && REFUSED_KEYS.has(name) ? `"${name}" cannot be a name` : undefined
}

function isNode(token: CST.Token | CST.SourceToken): boolean {
  return isCollection(token) || token.type === 'scalar' || token.type.endsWith('-scalar')
}

function isCollection(token: CST.Token | CST.SourceToken): boolean {
  return token.type === 'block-map' || token.type === 'block-seq' || token.type === 'flow-collection'
}

function childrenOf(token: CST.Token | CST.SourceToken): readonly (CST.Token | CST.SourceToken)[] {
  switch (token.type) {
    case 'document':
      return [...token.start, ...(token.value ? [token.value] : [])]
    case 'block-map':
    case 'block-seq':
    case 'flow-collection':
      return token.items.flatMap((item) => [
        ...item.start,
        ...(item.key ? [item.key] : []),
        ...(item.sep ?? []),
        ...(item.value ? [item.value] : []),
      ])
    default:
      return []
  }
}

/** Returns what is wrong, and what to do about it. `{ url: ${X} }` breaks YAML in a way its own message does not explain. */
function explain({ code, message }: YAMLParseError, line: string): readonly [message: string, hint?: string] {
  if (code === 'TAB_AS_INDENT') return ['tabs cannot indent YAML', 'indent with spaces']
  if (/[{[,][^"']*\$\{/.test(line)) return ['a reference between braces or brackets needs quotes', '{ url: "${NAME}" }']
  const [, rule] = /:\s+(>=? ?[\d.]+[^\s,}\]]*)/.exec(line) ?? []
  if (rule !== undefined) return ['text that begins with > needs quotes', `"${rule}"`]
  const says = message.split('\n')[0]?.replace(/\.$/, '') ?? message
  return line.includes('\t') ? [says, 'indent with spaces'] : [says]
}

function lineAt(text: string, offset: number): string {
  const end = text.indexOf('\n', offset)
  return text.slice(text.lastIndexOf('\n', offset - 1) + 1, end === -1 ? undefined : end)
}
