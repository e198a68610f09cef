import { isCodeNode, type CodeNode } from '../javascript.ts'
import { nameIn } from './scopes.ts'

/** Around an expression, without a meaning of its own. */
const WRAPPERS = /^(?:ParenthesizedExpression|TSAsExpression|TSSatisfiesExpression|TSNonNullExpression|TSTypeAssertion|ChainExpression)$/

/** Returns an expression without the parentheses and the types around it. */
export function unwrapped(node: unknown): CodeNode | undefined {
  if (!isCodeNode(node)) return undefined
  return isWrapper(node) ? unwrapped(node['expression']) : node
}

/** Returns the nodes of a list in the tree. */
export function nodesOf(value: unknown): readonly CodeNode[] {
  return Array.isArray(value) ? value.filter(isCodeNode) : []
}

/** Returns the text of a part of a template. */
export function cookedOf(quasi: CodeNode): string {
  const { value } = quasi
  return typeof value === 'object' && value !== null && 'cooked' in value && typeof value.cooked === 'string' ? value.cooked : ''
}

/** Returns the name of the property that a member expression reads, where it is written there. */
export function propertyOf(node: CodeNode | undefined): string | undefined {
  if (!node || !node.type.endsWith('MemberExpression')) return undefined
  const { property } = node
  if (node['computed'] !== true) return nameIn(property)
  return isCodeNode(property) && property.type === 'StringLiteral' ? String(property['value']) : undefined
}

/** Returns the key of a property of an object or of a pattern, where it is written there. */
export function keyOf(node: CodeNode | undefined): string | undefined {
  if (node?.type !== 'ObjectProperty') return undefined
  const { key } = node
  if (isCodeNode(key) && key.type === 'StringLiteral') return String(key['value'])
  return node['computed'] === true ? undefined : nameIn(key)
}

/** Returns the module that an import or an export names. */
export function sourceOf(node: CodeNode | undefined): string {
  const source = node?.['source']
  return isCodeNode(source) ? String(source['value']) : ''
}

/** Returns the last name of whatever is called: `isEnabled` of `toggles.isEnabled`. */
export function calledName(callee: unknown): string | undefined {
  const found = unwrapped(callee)
  return found?.type === 'Identifier' ? nameIn(found) : propertyOf(found)
}

/** Tells whether a node only wraps an expression: parentheses, a cast. */
export function isWrapper({ type }: CodeNode): boolean {
  return WRAPPERS.test(type)
}
