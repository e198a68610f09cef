import { isCodeNode, nodesIn, type CodeNode } from '../javascript.ts'

/** A name of a program: where it is declared and where it is used. */
export interface Binding {
  readonly name: string
  /** The names in its declarations. */
  readonly declarations: readonly Declaration[]
  /** Every other place where it stands, written or read. */
  readonly uses: readonly Use[]
}

/** One declaration of a name, and the nodes around it, the nearest first. */
export interface Declaration {
  readonly node: CodeNode
  readonly around: readonly CodeNode[]
}

/** One use of a name, and the nodes around it, the nearest first. */
export interface Use {
  readonly node: CodeNode
  readonly around: readonly CodeNode[]
  readonly isWrite: boolean
}

/** The names of a program, by the nodes that stand for them. */
export interface Scopes {
  readonly bindings: readonly Binding[]
  /** Returns the binding of a name where it is used or declared; undefined for a global one. */
  readonly of: (name: CodeNode) => Binding | undefined
}

interface Scope {
  readonly parent?: Scope
  readonly isFunction: boolean
  readonly names: Map<string, { name: string; declarations: Declaration[]; uses: Use[] }>
}

/**
 * Resolves the names of a program. Types and values share one space, and type parameters are none: a name has rather one use
 * too many than one too few.
 */
export function scopesOf(file: CodeNode): Scopes {
  const pending: { readonly scope: Scope; readonly use: Use; readonly name: string }[] = []
  const found = new Map<CodeNode, Binding>()
  const bindings = new Set<Binding>()
  const top: Scope = { isFunction: true, names: new Map() }
  const visit = (node: CodeNode, around: readonly CodeNode[], scope: Scope): void => {
    const declared = declaredBy(node, around)
    if (declared)
      declare(declared === 'function' ? functionScope(scope) : declared === 'outside' ? (scope.parent ?? scope) : scope, node, around)
    else if (isUse(node, around)) pending.push({ scope, name: nameIn(node), use: { node, around, isWrite: isWritten(node, around) } })
    const inner = opensScope(node) ? { parent: scope, isFunction: isFunctionNode(node), names: new Map() } : scope
    for (const child of nodesIn(node)) visit(child, [node, ...around], inner)
  }
  visit(file, [], top)
  for (const { scope, use, name } of pending) {
    let at: Scope | undefined = scope
    while (at && !at.names.has(name)) at = at.parent
    const binding = at?.names.get(name)
    if (!binding) continue
    binding.uses.push(use)
    found.set(use.node, binding)
    bindings.add(binding)
  }
  return { bindings: [...bindings], of: (name) => found.get(name) }

  function declare(scope: Scope, node: CodeNode, around: readonly CodeNode[]): void {
    const name = nameIn(node)
    const binding = scope.names.get(name) ?? { name, declarations: [], uses: [] }
    scope.names.set(name, binding)
    binding.declarations.push({ node, around })
    found.set(node, binding)
    bindings.add(binding)
  }
}

/** Returns the name that an identifier is. */
export function nameIn(node: unknown): string {
  return isCodeNode(node) && typeof node['name'] === 'string' ? node['name'] : ''
}

function functionScope(scope: Scope): Scope {
  return scope.isFunction || !scope.parent ? scope : functionScope(scope.parent)
}

/** Tells whether a node is a function of any kind. */
export function isFunctionNode({ type }: CodeNode): boolean {
  return /^(?:FunctionDeclaration|FunctionExpression|ArrowFunctionExpression|ObjectMethod|Class(?:Private)?Method)$/.test(type)
}

function opensScope(node: CodeNode): boolean {
  return (
    isFunctionNode(node) ||
    /^(?:BlockStatement|For\w*Statement|SwitchStatement|CatchClause|StaticBlock|TSModuleBlock|Class(?:Expression|Declaration))$/.test(
      node.type,
    )
  )
}

/** Where a name is declared, if it is: in this scope, in the function's, or in the one outside of what it names. */
function declaredBy(node: CodeNode, [parent, ...around]: readonly CodeNode[]): 'here' | 'function' | 'outside' | undefined {
  if (node.type !== 'Identifier' || !parent) return undefined
  if (/^Import\w*Specifier$/.test(parent.type)) return parent['local'] === node ? 'here' : undefined
  if (/^(?:FunctionDeclaration|ClassDeclaration)$/.test(parent.type) && parent['id'] === node) return 'outside'
  if (/^(?:FunctionExpression|ClassExpression)$/.test(parent.type) && parent['id'] === node) return 'here'
  if (
    /^(?:TSInterfaceDeclaration|TSTypeAliasDeclaration|TSEnumDeclaration|TSModuleDeclaration|TSImportEqualsDeclaration|TSDeclareFunction)$/.test(
      parent.type,
    )
  )
    return parent['id'] === node ? 'here' : undefined
  const root = patternRoot(node, [parent, ...around])
  if (root?.type === 'VariableDeclarator') {
    const kind = around[[parent, ...around].indexOf(root)]?.['kind']
    return kind === 'var' ? 'function' : 'here'
  }
  if (root?.type === 'CatchClause') return 'here'
  return root && isFunctionNode(root) ? 'here' : undefined
}

/** The declarator, function or catch that a name is bound by, through the patterns between; undefined where it is no binding. */
function patternRoot(node: CodeNode, around: readonly CodeNode[]): CodeNode | undefined {
  let inner = node
  for (const outer of around) {
    if (outer.type === 'VariableDeclarator') return outer['id'] === inner ? outer : undefined
    if (outer.type === 'CatchClause') return outer['param'] === inner ? outer : undefined
    if (isFunctionNode(outer)) return Array.isArray(outer['params']) && outer['params'].includes(inner) ? outer : undefined
    const isPart =
      (outer.type === 'ObjectProperty' && outer['value'] === inner) ||
      (outer.type === 'AssignmentPattern' && outer['left'] === inner) ||
      (outer.type === 'RestElement' && outer['argument'] === inner) ||
      (outer.type === 'TSParameterProperty' && outer['parameter'] === inner) ||
      outer.type === 'ObjectPattern' ||
      outer.type === 'ArrayPattern'
    if (!isPart) return undefined
    inner = outer
  }
  return undefined
}

/** Properties that hold a word which only looks like a name. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  MemberExpression: ['property'],
  OptionalMemberExpression: ['property'],
  ObjectProperty: ['key'],
  ObjectMethod: ['key'],
  ClassProperty: ['key'],
  ClassAccessorProperty: ['key'],
  ClassMethod: ['key'],
  TSDeclareMethod: ['key'],
  TSPropertySignature: ['key'],
  TSMethodSignature: ['key'],
  TSEnumMember: ['id'],
  TSQualifiedName: ['right'],
  TSNamedTupleMember: ['label'],
  LabeledStatement: ['label'],
  BreakStatement: ['label'],
  ContinueStatement: ['label'],
  ImportSpecifier: ['imported'],
  ExportSpecifier: ['exported'],
  ExportNamespaceSpecifier: ['exported'],
  MetaProperty: ['meta', 'property'],
  JSXAttribute: ['name'],
  JSXMemberExpression: ['property'],
  JSXNamespacedName: ['namespace', 'name'],
  ImportAttribute: ['key'],
  PrivateName: ['id'],
}

function isUse(node: CodeNode, [parent, grand]: readonly CodeNode[]): boolean {
  if (node.type !== 'Identifier' && node.type !== 'JSXIdentifier') return false
  if (!parent || (WORDS[parent.type]?.some((key) => parent[key] === node) && parent['computed'] !== true)) return false
  // `{ a }` is one node twice over in some trees and two in others: the value counts.
  if (parent.type === 'ExportSpecifier') return !grand?.['source']
  if (node.type === 'JSXIdentifier') return parent.type === 'JSXMemberExpression' || /^[A-Z_$]/.test(nameIn(node))
  return true
}

function isWritten(node: CodeNode, around: readonly CodeNode[]): boolean {
  let inner = node
  for (const outer of around) {
    if (outer.type === 'AssignmentExpression' || /^For(?:In|Of)Statement$/.test(outer.type)) return outer['left'] === inner
    if (outer.type === 'UpdateExpression') return true
    if (!/Pattern$|^ObjectProperty$|^RestElement$|^Parenthesized|^TS(?:As|NonNull|Satisfies)/.test(outer.type)) return false
    inner = outer
  }
  return false
}
