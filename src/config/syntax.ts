import { readFileSync, statSync } from 'node:fs'
import { LineCounter, parseDocument, Parser, type CST, type Document } from 'yaml'
import { messageOf, RolloutError, type Problem } from '../core/errors.ts'

const LARGEST = 256 * 1024
const DEEPEST = 32
const MOST_NODES = 5000
const REFUSED_KEYS = new Set(['__proto__', 'constructor', 'prototype'])

/** A YAML file that is safe to compose, and where its lines begin. */
export interface Source {
  /** As it is named in messages: relative to the plan's folder. */
  readonly name: string
  readonly text: string
  readonly document: Document.Parsed
  readonly lines: LineCounter
}

/** Reads a file's text. Throws `config` when it is missing, a directory, unreadable, too large or not UTF-8. */
export function readText(path: string, name: string): string {
  const stop = (message: string, hint?: string): never => {
    throw new RolloutError('config', { message, where: { file: name }, ...(hint !== undefined && { hint }) })
  }
  try {
    const stat = statSync(path)
    if (stat.isDirectory()) return stop('is a directory, not a plan', 'name the file itself')
    if (!stat.isFile()) return stop('is not a regular file')
    if (stat.size > LARGEST) return stop(`is ${Math.round(stat.size / 1024)} KB; a plan has at most ${LARGEST / 1024} KB`)
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(path))
  } catch (thrown) {
    if (thrown instanceof RolloutError) throw thrown
    const code = thrown instanceof Error && 'code' in thrown ? thrown.code : ''
    if (code === 'ENOENT') return stop('does not exist', 'rollout init writes a small plan')
    if (code === 'EACCES') return stop('may not be read by this user')
    return stop(thrown instanceof TypeError ? 'is not UTF-8 text' : `cannot be read: ${messageOf(thrown)}`)
  }
}

/**
 * Parses YAML 1.2 text. The concrete syntax is walked before anything is composed, because deep nesting
 * aborts the composer uncatchably and its check for duplicate keys is quadratic. Throws `config` with the
 * first error only: one mistake often makes several.
 */
export function parse(text: string, name: string): Source {
  const lines = new LineCounter()
  const at = (offset: number, message: string, hint?: string): Problem => {
    const { line, col } = lines.linePos(offset)
    return { message, where: { file: name, line, column: col }, ...(hint !== undefined && { hint }) }
  }
  const tokens = [...new Parser(lines.addNewLine).parse(text)]
  const refused = inspect(tokens)
  if (refused) throw new RolloutError('config', at(refused.offset, refused.message, refused.hint))
  const document = parseDocument(text, { version: '1.2', prettyErrors: false, uniqueKeys: true, keepSourceTokens: false })
  const [error] = document.errors
  if (error) throw new RolloutError('config', at(error.pos[0], explain(error.message), hintFor(text, error.pos[0])))
  return { name, text, document, lines }
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
  while (stack.length > 0) {
    const top = stack.pop()
    if (!top) break
    const { token, depth } = top
    nodes += 1
    if (nodes > MOST_NODES * 8) return { offset: token.offset, message: `has more than ${MOST_NODES} nodes` }
    if (depth > DEEPEST) return { offset: token.offset, message: `is nested more than ${DEEPEST} deep` }
    const refusal = refuse(token)
    if (refusal) return { offset: token.offset, ...refusal }
    if (token.type === 'document' && (documents += 1) > 1)
      return { offset: token.offset, message: 'holds several documents', hint: 'a plan is one document: remove the ---' }
    for (const child of childrenOf(token)) stack.push({ token: child, depth: depth + (isCollection(token) ? 1 : 0) })
  }
  return undefined
}

function refuse(token: CST.Token | CST.SourceToken): { readonly message: string; readonly hint?: string } | undefined {
  switch (token.type) {
    case 'anchor':
    case 'alias':
      return { message: 'anchors and aliases are not allowed', hint: 'repeat the value, or use defaults:' }
    case 'tag':
      return { message: 'tags are not allowed', hint: 'values have the type they look like' }
    case 'directive':
      return { message: 'directives are not allowed', hint: 'a plan is YAML 1.2' }
    case 'scalar':
    case 'single-quoted-scalar':
    case 'double-quoted-scalar':
      return REFUSED_KEYS.has(token.source.replaceAll(/^["']|["']$/g, '')) ? { message: `"${token.source}" cannot be a name` } : undefined
    default:
      return undefined
  }
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

function explain(message: string): string {
  if (/tab/i.test(message)) return 'tabs cannot indent YAML'
  if (/unique/i.test(message)) return 'the same key is written twice'
  return message.split('\n')[0]?.replace(/\.$/, '') ?? message
}

/** `{ url: ${X} }` breaks YAML in a way its own message does not explain. */
function hintFor(text: string, offset: number): string | undefined {
  const start = text.lastIndexOf('\n', offset - 1) + 1
  const end = text.indexOf('\n', offset)
  const line = text.slice(start, end === -1 ? undefined : end)
  if (/[{,][^"']*\$\{/.test(line)) return 'quote it: { url: "${NAME}" }'
  if (line.includes('\t')) return 'indent with spaces'
  return undefined
}
