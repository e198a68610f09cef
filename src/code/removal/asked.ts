import { isCodeNode, type CodeNode } from '../javascript.ts'
import type { Constant } from './constant.ts'
import { isFunctionNode, nameIn, type Scopes } from './scopes.ts'
import { calledName, nodesOf, propertyOf, unwrapped } from './shape.ts'

/** Functions that answer whether a toggle is on, whatever the library, and how they do. */
const ASKED: Readonly<Record<string, Constant['is']>> = {
  isEnabled: 'value',
  useBooleanFlagValue: 'value',
  getBooleanValue: 'promise',
  bind: 'function',
}

/** Returns how a function of this name answers whether a toggle is on; undefined where nobody says that it does. */
export function answerOf(name: string, asks: readonly string[]): Constant['is'] | undefined {
  if (asks.includes(name)) return 'value'
  return Object.hasOwn(ASKED, name) ? ASKED[name] : undefined
}

/** Returns the name of whatever is called, as it is where it comes from: `isEnabled` of `import { isEnabled as isOn }`. */
export function askedName(callee: unknown, scopes: Scopes): string | undefined {
  const name = calledName(callee)
  const found = unwrapped(callee)
  const [specifier] = (found?.type === 'Identifier' && scopes.of(found)?.declarations[0]?.around) || []
  return specifier?.type === 'ImportSpecifier' ? nameIn(specifier['imported']) || name : name
}

/** Tells whether what is called is written in this file: it may mean anything by its name. */
export function isOwnFunction(callee: unknown, scopes: Scopes): boolean {
  const found = unwrapped(callee)
  if (!found) return false
  if (found.type === 'Identifier') return isFunction(declaredAs(found, scopes))
  const object = unwrapped(found['object'])
  if (object?.type === 'ThisExpression') return true
  const literal = object?.type === 'Identifier' ? unwrapped(declaredAs(object, scopes)?.['init']) : undefined
  return literal?.type === 'ObjectExpression' && nodesOf(literal['properties']).some((each) => nameIn(each['key']) === propertyOf(found))
}

/** The function, or the declarator of a variable. */
function declaredAs(name: CodeNode, scopes: Scopes): CodeNode | undefined {
  const [{ node, around } = { node: name, around: [] }] = scopes.of(name)?.declarations ?? []
  const [parent] = around
  return parent?.['id'] === node ? parent : undefined
}

function isFunction(declared: CodeNode | undefined): boolean {
  if (!declared) return false
  const init = unwrapped(declared['init'])
  return isFunctionNode(declared) || (isCodeNode(init) && isFunctionNode(init))
}
