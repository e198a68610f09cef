import { isCodeNode, nodesIn, type CodeNode } from '../javascript.ts'
import { nameIn, type Binding, type Scopes } from './scopes.ts'
import { calledName, keyOf, nodesOf, propertyOf, sourceOf, unwrapped } from './shape.ts'

/** Tells whether an expression is the environment: `process.env`, `import.meta.env`, `Bun.env`, and names for them. */
export function isEnvironment(node: unknown, scopes: Scopes): boolean {
  const found = unwrapped(node)
  if (found?.type === 'Identifier') {
    const binding = scopes.of(found)
    const [{ around } = { around: [] }] = binding?.declarations ?? []
    const [parent, pattern, declarator] = around
    if (!binding || !isConstant(binding)) return false
    if (parent?.type === 'VariableDeclarator') return isEnvironment(parent['init'], scopes)
    if (parent?.type === 'ImportSpecifier') return nameIn(parent['imported']) === 'env' && PROCESS.test(sourceOf(pattern))
    return keyOf(parent) === 'env' && declarator?.type === 'VariableDeclarator' && isProcess(declarator['init'], scopes)
  }
  if (!found || propertyOf(found) !== 'env') return false
  const object = unwrapped(found['object'])
  return (
    isProcess(object, scopes) ||
    object?.type === 'MetaProperty' ||
    (propertyOf(object) === 'process' && ['globalThis', 'window', 'global'].includes(nameIn(object?.['object'])))
  )
}

/** The process itself, which another name may hide: a parameter is not it. */
function isProcess(node: unknown, scopes: Scopes): boolean {
  if (!isCodeNode(node) || !['process', 'Bun'].includes(nameIn(node))) return false
  const binding = scopes.of(node)
  if (!binding) return true
  const [specifier, statement] = binding.declarations[0]?.around ?? []
  // `declare const process` tells a compiler of what is there.
  if (statement?.['declare'] === true || specifier?.['declare'] === true) return true
  return /^Import(?:Default|Namespace)Specifier$/.test(specifier?.type ?? '') && PROCESS.test(sourceOf(statement))
}

const PROCESS = /^(?:node:)?process$/

/** Tells whether a program sets the variable, or takes it away: then it is no constant there. */
export function writesVariable(node: CodeNode, names: readonly string[], scopes: Scopes): boolean {
  const written = node.type === 'AssignmentExpression' ? node['left'] : node['operator'] === 'delete' ? node['argument'] : undefined
  const found = unwrapped(written)
  const isOurs = found !== undefined && names.includes(propertyOf(found) ?? '') && isEnvironment(found['object'], scopes)
  return isOurs || fillsEnvironment(node, names, scopes) || nodesIn(node).some((child) => writesVariable(child, names, scopes))
}

/** `Object.assign(process.env, { X: … })`, `process.env = { …, X: … }`. */
function fillsEnvironment(node: CodeNode, names: readonly string[], scopes: Scopes): boolean {
  const isFilled = node.type === 'CallExpression' && FILLS.test(calledName(node['callee']) ?? '')
  const [filled, ...by] = isFilled ? nodesOf(node['arguments']) : node.type === 'AssignmentExpression' ? nodesIn(node) : []
  return filled !== undefined && isEnvironment(filled, scopes) && by.some((each) => says(each, names))
}

const FILLS = /^(?:assign|define\w*|set|merge|defaults|extend|populate)$/

function says(node: CodeNode, names: readonly string[]): boolean {
  const isNamed = node.type === 'StringLiteral' && names.includes(String(node['value']))
  return isNamed || names.includes(keyOf(node) ?? '') || nodesIn(node).some((child) => says(child, names))
}

/** Tells whether a name is bound once, and never again. */
export function isConstant({ declarations, uses }: Binding): boolean {
  return declarations.length === 1 && !uses.some(({ isWrite }) => isWrite)
}
