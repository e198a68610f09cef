import { parse, type ParserPlugin } from '@babel/parser'
import { messageOf } from '../core/values/errors.ts'
import type { Syntax, SyntaxPart, Unparsed } from './syntax.ts'

/** A node of the tree that the parser makes: every child is one of its properties. */
export interface CodeNode {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [key: string]: unknown
}

/** Tells whether a property of a node is a child of it. */
export function isCodeNode(value: unknown): value is CodeNode {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value && typeof value.start === 'number'
}

/** Parses JavaScript, TypeScript and JSX, by the ending of the file's name; the text has no byte order mark. */
export function parseJavaScript(path: string, text: string): { readonly file: CodeNode } | Unparsed {
  const ending = /\.([cm]?[jt]sx?)$/.exec(path)?.[1] ?? 'js'
  const isTyped = ending.includes('t')
  const ways: readonly (readonly ParserPlugin[])[] = isTyped
    ? [['typescript', ...(ending.endsWith('x') ? (['jsx'] as const) : []), 'decorators-legacy', 'decoratorAutoAccessors']]
    : [
        ['jsx', 'decorators-legacy'],
        ['jsx', 'flow', 'decorators-legacy'],
        ['typescript', 'jsx', 'decorators-legacy'],
      ]
  let refused: Unparsed | undefined
  for (const plugins of ways) {
    try {
      const file: unknown = parse(text, { sourceType: 'unambiguous', plugins: [...plugins], errorRecovery: true, ...LENIENT })
      if (isCodeNode(file)) return { file }
    } catch (thrown) {
      refused ??= refusalOf(thrown)
    }
  }
  return refused ?? { why: 'it is no program', line: 1, column: 1 }
}

/** A machine has written what is nested deeper than the stack. */
export const NESTED = 'it is nested too deeply'

/** What a bundler or a framework allows beyond the standard is no fault of a file; and a pair of parentheses is a node. */
const LENIENT = {
  allowReturnOutsideFunction: true,
  allowAwaitOutsideFunction: true,
  allowImportExportEverywhere: true,
  allowSuperOutsideMethod: true,
  allowUndeclaredExports: true,
  allowNewTargetOutsideFunction: true,
  createParenthesizedExpressions: true,
} as const

function refusalOf(thrown: unknown): Unparsed {
  if (thrown instanceof RangeError) return { why: NESTED, line: 1, column: 1 }
  const [, why = messageOf(thrown), line = 1, column = 0] = /^(.*?) \((\d+):(\d+)\)$/s.exec(messageOf(thrown)) ?? []
  return { why, line: Number(line), column: Number(column) + 1 }
}

/** Reads the syntax of JavaScript, TypeScript and JSX. */
export function javascriptSyntax(path: string, text: string): Syntax | Unparsed {
  const parsed = parseJavaScript(path, text)
  if (!('file' in parsed)) return parsed
  const { file } = parsed
  const comments = [file['comments']].flat().filter(isCodeNode)
  return {
    partAt: (start, end) => {
      if (comments.some((each) => each.start <= start && end <= each.end)) return 'comment'
      return partOf(chainTo(file, start, end), end - start, text)
    },
  }
}

/** The nodes around a place, the innermost first. */
function chainTo(file: CodeNode, start: number, end: number): readonly CodeNode[] {
  const chain: CodeNode[] = []
  const within = (node: CodeNode): boolean => node.start <= start && end <= node.end
  for (let at: CodeNode | undefined = file; at; at = nodesIn(at).find(within)) chain.unshift(at)
  return chain
}

/** Returns the children of a node in the order of its properties. */
export function nodesIn(node: CodeNode): readonly CodeNode[] {
  const found: CodeNode[] = []
  // Asked for every node of a program: nothing is made but the list.
  for (const key of Object.keys(node)) {
    const value = BESIDE.has(key) ? undefined : node[key]
    if (isCodeNode(value)) found.push(value)
    else if (Array.isArray(value)) for (const each of value) if (isCodeNode(each)) found.push(each)
  }
  return found
}

/** Properties with comments and tokens, which stand beside the tree. */
const BESIDE = new Set(['comments', 'leadingComments', 'trailingComments', 'innerComments', 'tokens', 'errors', 'extra', 'loc'])

const TEXTS = new Set(['StringLiteral', 'DirectiveLiteral', 'TemplateElement', 'JSXText', 'RegExpLiteral'])

function partOf([node, property, pattern, declarator]: readonly CodeNode[], length: number, text: string): SyntaxPart {
  if (node === undefined) return 'code'
  const quotes = node.type === 'TemplateElement' ? 0 : 2
  if (TEXTS.has(node.type)) return node.type !== 'JSXText' && node.end - node.start === length + quotes ? 'code' : 'text'
  const from = declarator?.['init']
  if (property?.type === 'ObjectProperty' && pattern?.type === 'ObjectPattern' && property['key'] === node && isCodeNode(from))
    return /\benv(?: as \w+)?$/.test(text.slice(from.start, from.end)) ? 'key' : 'code'
  return 'code'
}
