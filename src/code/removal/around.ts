import { isCodeNode, nodesIn, type CodeNode } from '../javascript.ts'
import { isWithin, type Edits, type TextRange } from './edits.ts'
import { isFunctionNode, type Declaration, type Scopes } from './scopes.ts'
import { isWrapper, nodesOf } from './shape.ts'

/** Returns the list of statements that a node is in; undefined where it stands alone. */
export function siblingsOf(node: CodeNode, [parent]: readonly CodeNode[]): readonly CodeNode[] | undefined {
  if (parent?.type === 'SwitchStatement') return nodesOf(parent['cases'])
  if (!parent || !/^(?:Program|BlockStatement|StaticBlock|SwitchCase|TSModuleBlock)$/.test(parent.type)) return undefined
  const list = nodesOf(parent.type === 'SwitchCase' ? parent['consequent'] : parent['body'])
  return list.includes(node) ? list : undefined
}

/** Tells whether a name belongs to this block itself: not to a function in it, nor with `var` to the one around. */
export function isDeclaredIn({ node, around }: Declaration, block: CodeNode): boolean {
  const within = around.slice(0, around.indexOf(block) + 1)
  if (!around.includes(block) || within.some((each) => each.type === 'VariableDeclaration' && each['kind'] === 'var')) return false
  return within.every(
    (each, nth) => each === block || (each.type !== 'BlockStatement' && (!isFunctionNode(each) || (nth === 0 && each['id'] === node))),
  )
}

/** Tells whether a `var` of these lines is named beside them: it would be no name any more without them. */
export function isNamedOutside(lines: TextRange, { bindings }: Scopes, edits: Edits): boolean {
  return bindings.some(
    ({ declarations, uses }) =>
      declarations.every(
        ({ node, around }) => isWithin(node, lines) && around.some((each) => isWithin(each, lines) && each['kind'] === 'var'),
      ) && uses.some(({ node }) => !isWithin(node, lines) && !edits.isGone(node)),
  )
}

/** Tells whether nothing behind a statement is reached. */
export function endsAlways(node: unknown): boolean {
  if (!isCodeNode(node)) return false
  if (/^(?:Return|Throw|Continue|Break)Statement$/.test(node.type)) return true
  if (node.type === 'BlockStatement') return nodesOf(node['body']).some(endsAlways)
  return node.type === 'IfStatement' && endsAlways(node['consequent']) && endsAlways(node['alternate'])
}

/** Returns the expressions within a pattern: its defaults and its computed keys. */
export function defaultsIn(pattern: CodeNode): readonly CodeNode[] {
  return nodesIn(pattern).flatMap((node): readonly CodeNode[] => {
    if (node.type === 'AssignmentPattern')
      return [...(isCodeNode(node['right']) ? [node['right']] : []), ...(isCodeNode(node['left']) ? defaultsIn(node['left']) : [])]
    if (node.type === 'ObjectProperty')
      return [
        ...(node['computed'] === true && isCodeNode(node['key']) ? [node['key']] : []),
        ...(isCodeNode(node['value']) ? defaultsIn(node['value']) : []),
      ]
    return /Pattern$|^RestElement$/.test(node.type) ? defaultsIn(node) : []
  })
}

/** Tells whether of an expression nothing counts but whether it holds: `(a && true) && b`, a condition. */
export function isTruthAlone(node: CodeNode, [parent, ...around]: readonly CodeNode[]): boolean {
  if (!parent) return false
  if (isWrapper(parent)) return isTruthAlone(parent, around)
  if (parent['test'] === node || (parent.type === 'UnaryExpression' && parent['operator'] === '!')) return true
  if (parent.type !== 'LogicalExpression') return false
  return (parent['left'] === node && parent['operator'] === node['operator']) || isTruthAlone(parent, around)
}
