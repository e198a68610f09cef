import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import type { parse, registerDynamicLanguage, SgNode } from '@ast-grep/napi'

/** A node around a place. */
export interface Around {
  readonly kind: string
  readonly start: number
  readonly end: number
}

/** A node with everything below it. */
export interface BranchedNode extends Around {
  readonly children: readonly BranchedNode[]
}

/** One file, parsed: the nodes around a place, the innermost first, and where it does not parse. Offsets in UTF-16 code units. */
export interface ParsedTree {
  readonly around: (start: number, end: number) => readonly Around[]
  readonly whole: () => BranchedNode
  /** From 1; absent where all of it parses. */
  readonly fault?: { readonly line: number; readonly column: number }
}

/** Grammars of ast-grep that are installed; `find` gives undefined for one that is not. */
export interface Grammars {
  readonly find: (grammar: string) => ((text: string) => ParsedTree) | undefined
}

/** What ast-grep's packages are called. */
export const NAPI = '@ast-grep/napi'
export function packageOf(grammar: string): string {
  return `@ast-grep/lang-${grammar}`
}

/**
 * Loads the grammars of ast-grep that are installed beside the program or in the project: they are native, and most
 * who type `rollout` never need one. ast-grep wants all of them registered at once, and once in a process.
 */
export function openGrammars(names: readonly string[], folder: string): Grammars {
  const loaded = (registered ??= register(names, folder))
  return {
    find: (grammar) => {
      if (!loaded?.names.has(grammar)) return undefined
      return (text) => treeOf(loaded.parse(grammar, text).root())
    },
  }
}

interface Registered {
  readonly parse: typeof parse
  readonly names: ReadonlySet<string>
}

let registered: Registered | undefined

function register(names: readonly string[], folder: string): Registered | undefined {
  const froms = [createRequire(import.meta.url), createRequire(resolve(folder, 'package.json'))]
  const load = (name: string): unknown => {
    for (const from of froms) {
      try {
        return from(name)
      } catch {
        // Not here; or built for another machine, which is as good as not here.
      }
    }
    return undefined
  }
  const napi = load(NAPI)
  if (!isNapi(napi)) return undefined
  const langs = names.flatMap((name) => {
    const language = load(packageOf(name))
    return isLanguage(language) ? [[name, language] as const] : []
  })
  napi.registerDynamicLanguage(Object.fromEntries(langs))
  return { parse: napi.parse, names: new Set(langs.map(([name]) => name)) }
}

type Languages = Parameters<typeof registerDynamicLanguage>[0]

/** A package of another version may be anything. */
function isNapi(
  value: unknown,
): value is { readonly parse: typeof parse; readonly registerDynamicLanguage: typeof registerDynamicLanguage } {
  return typeof value === 'object' && value !== null && 'parse' in value && 'registerDynamicLanguage' in value
}

/** Its path is looked up when it is read, and throws where nothing was built for this machine. */
function isLanguage(value: unknown): value is Languages[string] {
  try {
    return typeof value === 'object' && value !== null && 'libraryPath' in value && typeof value.libraryPath === 'string'
  } catch {
    return false
  }
}

function treeOf(root: SgNode): ParsedTree {
  const error = root.find({ rule: { kind: 'ERROR' } })?.range().start
  return {
    around: (start, end) => {
      const chain: Around[] = []
      for (let at: SgNode | undefined = root; at; at = at.children().find((child) => isAround(child, start, end))) {
        const { start: from, end: to } = at.range()
        chain.unshift({ kind: String(at.kind()), start: from.index, end: to.index })
      }
      return chain
    },
    whole: () => branchedOf(root),
    ...(error && { fault: { line: error.line + 1, column: error.column + 1 } }),
  }
}

function branchedOf(node: SgNode): BranchedNode {
  const { start, end } = node.range()
  return { kind: String(node.kind()), start: start.index, end: end.index, children: node.children().map(branchedOf) }
}

function isAround(node: SgNode, start: number, end: number): boolean {
  const range = node.range()
  return range.start.index <= start && end <= range.end.index
}
