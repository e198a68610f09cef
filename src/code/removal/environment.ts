import { nodesIn, type CodeNode } from '../javascript.ts'
import { nameIn, type Binding, type Scopes } from './scopes.ts'
import { keyOf, propertyOf, sourceOf, unwrapped } from './shape.ts'

/** Tells whether an expression is the environment: `process.env`, `import.meta.env`, `Bun.env`, and names for them. */
export function isEnvironment(node: unknown, scopes: Scopes): boolean {
  const found = unwrapped(node)
  if (found?.type === 'Identifier') {
    const binding = scopes.of(found)
    const [{ around } = { around: [] }] = binding?.declarations ?? []
    const [parent, pattern, declarator] = around
    if (!binding || !isConstant(binding)) return false
    if (parent?.type === 'VariableDeclarator') return isEnvironment(parent['init'], scopes)
    if (parent?.type === 'ImportSpecifier') return nameIn(parent['imported']) === 'env' && /^(?:node:)?process$/.test(sourceOf(pattern))
    return keyOf(parent) === 'env' && declarator?.type === 'VariableDeclarator' && nameIn(declarator['init']) === 'process'
  }
  if (!found || propertyOf(found) !== 'env') return false
  const object = unwrapped(found['object'])
  return (
    ['process', 'Bun'].includes(nameIn(object)) ||
    object?.type === 'MetaProperty' ||
    (propertyOf(object) === 'process' && ['globalThis', 'window', 'global'].includes(nameIn(object?.['object'])))
  )
}

/** Tells whether a program sets the variable, or takes it away: then it is no constant there. */
export function writesVariable(node: CodeNode, names: readonly string[], scopes: Scopes): boolean {
  const written = node.type === 'AssignmentExpression' ? node['left'] : node['operator'] === 'delete' ? node['argument'] : undefined
  const found = unwrapped(written)
  const isOurs = found !== undefined && names.includes(propertyOf(found) ?? '') && isEnvironment(found['object'], scopes)
  return isOurs || nodesIn(node).some((child) => writesVariable(child, names, scopes))
}

/** Tells whether a name is bound once, and never again. */
export function isConstant({ declarations, uses }: Binding): boolean {
  return declarations.length === 1 && !uses.some(({ isWrite }) => isWrite)
}
