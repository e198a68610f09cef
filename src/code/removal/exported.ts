import { isCodeNode, type CodeNode } from '../javascript.ts'
import type { TextRange } from './edits.ts'
import type { Evaluator } from './evaluate.ts'
import { nameIn, type Scopes } from './scopes.ts'
import { keyOf, nodesOf, propertyOf, sourceOf, unwrapped } from './shape.ts'
import type { Constants, ToggleEnd } from './toggle-end.ts'

/** Tells whether a module does something when it is loaded: a statement of its own, or an import of one for that alone. */
export function actsOnLoad({ program }: CodeNode): boolean {
  const statements = isCodeNode(program) ? nodesOf(program['body']) : []
  return statements.some((each) => {
    if (each.type === 'ImportDeclaration') return nodesOf(each['specifiers']).length === 0
    return (
      each.type.endsWith('Statement') && each.type !== 'EmptyStatement' && unwrapped(each['expression'])?.type !== 'AssignmentExpression'
    )
  })
}

interface Exporting {
  readonly scopes: Scopes
  readonly evaluator: Evaluator
  readonly end: ToggleEnd
  /** Whether a constant is left within a range. */
  readonly isHeld: (range: TextRange) => boolean
}

/** Returns the names under which a module hands on what is a constant now, or holds one. */
export function exportedConstants({ program }: CodeNode, { scopes, evaluator, end, isHeld }: Exporting): Constants {
  const found = new Map<string, boolean | undefined>()
  for (const each of isCodeNode(program) ? nodesOf(program['body']) : []) {
    if (each.type === 'ExportAllDeclaration') {
      for (const [name, value] of end.imports?.(sourceOf(each)) ?? []) if (name !== 'default') found.set(name, value)
    } else if (each.type === 'ExportDefaultDeclaration') add('default', each['declaration'])
    else if (each.type === 'ExportNamedDeclaration') named(each)
    else if (each.type === 'ExpressionStatement') ofCommonJs(unwrapped(each['expression']))
  }
  return found

  function named(node: CodeNode): void {
    const { declaration } = node
    if (isCodeNode(declaration)) {
      const declarators = nodesOf(declaration['declarations'])
      if (declarators.length === 0) add(nameIn(declaration['id']), declaration)
      for (const each of declarators) add(nameIn(each['id']), each['id'], each)
    }
    const imports = node['source'] ? (end.imports?.(sourceOf(node)) ?? new Map()) : undefined
    for (const { local, exported } of nodesOf(node['specifiers'])) {
      const name = nameIn(local)
      if (!imports) add(nameIn(exported), local)
      else if (imports.has(name)) found.set(nameIn(exported), imports.get(name))
    }
  }

  /** `exports.a = …`, `module.exports = { a: … }`. */
  function ofCommonJs(node: CodeNode | undefined): void {
    if (node?.type !== 'AssignmentExpression') return
    const [to, value] = [unwrapped(node['left']), unwrapped(node['right'])]
    const isWhole = propertyOf(to) === 'exports' && nameIn(to?.['object']) === 'module'
    if (isWhole) for (const each of nodesOf(value?.['properties'])) if (isHeld(each)) found.set(keyOf(each) ?? '', undefined)
    const of = unwrapped(to?.['object'])
    if ((nameIn(of) === 'exports' || propertyOf(of) === 'exports') && isHeld(node)) found.set(propertyOf(to) ?? '', undefined)
  }

  function add(name: string, expression: unknown, whole = expression): void {
    if (!isCodeNode(expression) || !isCodeNode(whole) || name === '') return
    const value = evaluator.valueOf(expression)
    if (value?.is === 'value' && value.isOurs && typeof value.value === 'boolean') found.set(name, value.value)
    else if (isHeld(declared(expression) ?? whole)) found.set(name, undefined)
  }

  /** What declares a name, with all of it. */
  function declared(name: CodeNode): TextRange | undefined {
    const [declaration] = scopes.of(name)?.declarations ?? []
    return declaration?.around.find((each) => /^(?:VariableDeclarator|(?:Function|Class)Declaration)$/.test(each.type))
  }
}
