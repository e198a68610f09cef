import { isCodeNode, nodesIn, type CodeNode } from '../javascript.ts'
import { isDeclaredIn, isNamedOutside, siblingsOf } from './around.ts'
import type { Edits } from './edits.ts'
import type { LineEdits } from './lines.ts'
import { nameIn, type Scopes } from './scopes.ts'

/** Takes statements out of a program, and nothing with them that is named elsewhere. */
export interface StatementEdits {
  /** Whether the names of a block may stand in the scope around it. */
  readonly isFree: (block: CodeNode, around: readonly CodeNode[]) => boolean
  /** What comes behind a return is never reached; functions are there before. */
  readonly removeRest: (node: CodeNode, siblings: readonly CodeNode[]) => void
  /** One statement, wherever it stands. */
  readonly removeIn: (node: CodeNode, around: readonly CodeNode[]) => true
}

/** Opens the edits of statements of one program. */
export function statementEdits({ scopes, edits, lines }: Editing): StatementEdits {
  return { isFree, removeRest, removeIn }

  function isFree(block: CodeNode, around: readonly CodeNode[]): boolean {
    const scope = around.find(({ type }) => type === 'Program' || /Function|Method/.test(type)) ?? block
    const own = scopes.bindings.filter(({ declarations }) => declarations.some((each) => isDeclaredIn(each, block)))
    const names = new Set(own.map(({ name }) => name))
    return names.size === 0 || !isNamedIn(scope, names, block)
  }

  function isNamedIn(node: CodeNode, names: ReadonlySet<string>, except: CodeNode): boolean {
    if (node === except || edits.isGone(node)) return false
    if (node.type.endsWith('Identifier') && names.has(nameIn(node))) return true
    return nodesIn(node).some((child) => isNamedIn(child, names, except))
  }

  function removeRest(node: CodeNode, siblings: readonly CodeNode[]): void {
    const rest = siblings.slice(siblings.indexOf(node) + 1)
    const stays = rest.filter(({ type }) => /^(?:FunctionDeclaration|TS\w+)$/.test(type))
    const last = rest.at(-1)
    if (!last || rest.some((each) => isNamedOutside(each, scopes, edits))) return
    if (stays.length === 0) lines.removeAfter(node, last)
    else for (const each of rest) if (!stays.includes(each)) lines.removeStatement(each)
  }

  function removeIn(node: CodeNode, around: readonly CodeNode[]): true {
    const [parent] = around
    if (siblingsOf(node, around)) lines.removeStatement(node)
    else if (parent?.type === 'IfStatement' && parent['alternate'] === node && isCodeNode(parent['consequent']))
      edits.remove(parent['consequent'].end, node.end)
    else edits.replace(node.start, node.end, '{}')
    return true
  }
}

interface Editing {
  readonly scopes: Scopes
  readonly edits: Edits
  readonly lines: LineEdits
}
