import { isCodeNode, type CodeNode } from '../javascript.ts'
import { isWithin, type Edits, type TextRange } from './edits.ts'
import type { Evaluator } from './evaluate.ts'
import { removeItems } from './items.ts'
import type { LineEdits } from './lines.ts'
import { isFunctionNode, nameIn, type Binding, type Declaration, type Scopes } from './scopes.ts'
import { calledName, nodesOf, sourceOf } from './shape.ts'

/** What the names are looked through with. */
interface Looking {
  readonly text: string
  readonly scopes: Scopes
  readonly evaluator: Evaluator
  readonly edits: Edits
  readonly lines: LineEdits
  /** A script of a page: other scripts see its names. */
  readonly isShared: boolean
  /** Whether a module does something when it is loaded, as far as it was looked at. */
  readonly acts: (source: string) => boolean
}

/** Names that JSX is made with, however often they are written. */
const OF_JSX = new Set(['React', 'h', 'jsx'])

/**
 * Takes out what nobody uses any more and somebody used before: imports, constants, functions, classes and types, until there is no
 * more. What does something of its own, and what is exported, stays.
 */
export function removeUnused(looking: Looking): void {
  const { scopes, edits } = looking
  const removed = new Set<Binding>()
  for (let found = true; found;) {
    found = false
    for (const binding of scopes.bindings) {
      if (removed.has(binding) || !isUnusedNow(binding, looking)) continue
      const [declaration] = binding.declarations
      if (!declaration || edits.isGone(declaration.node) || (looking.isShared && isOfProgram(declaration))) continue
      if (!removeDeclaration(declaration, looking)) continue
      removed.add(binding)
      found = true
    }
  }
}

function isUnusedNow({ name, declarations, uses }: Binding, { edits, evaluator }: Looking): boolean {
  const [declaration] = declarations
  const own = declaration && (declaration.around.find(({ type }) => type.endsWith('Declaration')) ?? declaration.node)
  // What only asks for the toggle was there for its sake.
  const isOurs = evaluator.valueOf(declaration?.around[0]?.['init'])?.isOurs === true
  const others = uses.filter(({ node }) => !own || !isWithin(node, own))
  return declarations.length === 1 && (others.length > 0 || isOurs) && !OF_JSX.has(name) && others.every(({ node }) => edits.isGone(node))
}

function isOfProgram({ node, around }: Declaration): boolean {
  return around.every((each) => each['id'] === node || (!isFunctionNode(each) && each.type !== 'BlockStatement'))
}

function removeDeclaration({ node, around }: Declaration, looking: Looking): boolean {
  const [parent, pattern, declarator] = around
  if (!parent) return false
  if (/^Import\w*Specifier$/.test(parent.type) && pattern) return removeSpecifier(parent, pattern, looking)
  if (parent.type === 'VariableDeclarator') return parent['id'] === node && removeDeclarator(parent, around.slice(1), looking)
  if (parent.type === 'ObjectProperty' && pattern?.type === 'ObjectPattern')
    return removeProperty(parent, pattern, around.slice(2), looking)
  if (parent.type === 'AssignmentPattern' && pattern?.type === 'ObjectProperty' && declarator?.type === 'ObjectPattern')
    return removeProperty(pattern, declarator, around.slice(3), looking)
  const isOwn = parent['id'] === node && /^(?:Function|Class|TSInterface|TSTypeAlias|TSEnum)Declaration$/.test(parent.type)
  if (!isOwn || isExported(around.slice(1)) || (parent.type === 'ClassDeclaration' && doesSomething(parent))) return false
  removeSaid(parent, looking)
  return true
}

/** A class whose making runs code. */
function doesSomething(node: CodeNode): boolean {
  const body = isCodeNode(node['body']) ? nodesOf(node['body']['body']) : []
  return (
    nodesOf(node['decorators']).length > 0 ||
    body.some((each) => each.type === 'StaticBlock' || (each['static'] === true && each.type.endsWith('Property')))
  )
}

/** A declaration with the comment that says what it is. */
function removeSaid({ start, end }: TextRange, { text, lines }: Looking): void {
  const said = SAID.exec(text.slice(Math.max(0, start - LONGEST), start))
  const isAlone = /^[^\n]*(?:\s*$|\n\s*(?:\n|\}))/.test(text.slice(end, end + LONGEST))
  const isOwn = said?.[1] !== undefined || (said?.[2] !== undefined && isAlone)
  lines.removeStatement({ start: isOwn && said ? start - (said[1] ?? said[2] ?? '').length : start, end })
}

/** A comment of a document, or lines of one behind a blank line, right above a line. */
const SAID = /\n[ \t]*(\/\*\*(?:(?!\*\/)[\s\S])*\*\/[ \t]*\r?\n[ \t]*)$|(?:\n[ \t]*\r?\n|\{[ \t]*\r?\n)[ \t]*((?:\/\/[^\n]*\n[ \t]*)+)$/
/** In UTF-16 code units. */
const LONGEST = 2000

function isExported([outer]: readonly CodeNode[]): boolean {
  return outer !== undefined && outer.type.startsWith('Export')
}

function removeSpecifier(specifier: CodeNode, statement: CodeNode, { text, edits, lines, acts }: Looking): boolean {
  const all = nodesOf(statement['specifiers'])
  edits.remove(specifier.start, specifier.end)
  const kept = all.filter((each) => !edits.isGone(each))
  const { source } = statement
  if (kept.length === 0) {
    if (isCodeNode(source) && acts(sourceOf(statement))) edits.replace(statement.start, source.start, 'import ')
    else lines.removeStatement(statement)
    return true
  }
  const named = all.filter(({ type }) => type === 'ImportSpecifier')
  const keptNamed = named.filter((each) => kept.includes(each))
  const [main] = all.filter(({ type }) => type !== 'ImportSpecifier')
  if (main && !kept.includes(main)) edits.remove(main.start, text.indexOf('{', main.end))
  if (keptNamed.length === 0 && main) edits.remove(main.end, text.indexOf('}', named.at(-1)?.end) + 1)
  else removeItems(named, edits, text)
  return true
}

function removeDeclarator(declarator: CodeNode, [statement, ...outer]: readonly CodeNode[], looking: Looking): boolean {
  const { text, edits, evaluator } = looking
  const { init } = declarator
  const isFree = init === null || evaluator.isPure(init) || evaluator.valueOf(init)?.isOurs === true || isRequire(init)
  if (!statement || statement.type !== 'VariableDeclaration' || !isFree || isExported(outer) || outer[0]?.type.startsWith('For') === true)
    return false
  const all = nodesOf(statement['declarations'])
  edits.remove(declarator.start, declarator.end)
  if (all.every((each) => edits.isGone(each))) removeSaid(statement, looking)
  else removeItems(all, edits, text)
  return true
}

function removeProperty(property: CodeNode, pattern: CodeNode, around: readonly CodeNode[], looking: Looking): boolean {
  const { text, edits, evaluator } = looking
  const [declarator, ...outer] = around
  const all = nodesOf(pattern['properties'])
  const isFlat = declarator?.type === 'VariableDeclarator' && declarator['id'] === pattern
  if (!declarator || !isFlat || isExported(outer.slice(1)) || all.some(({ type }) => type === 'RestElement')) return false
  if (!evaluator.isPure(declarator['init']) && !isRequire(declarator['init'])) return false
  edits.remove(property.start, property.end)
  if (all.every((each) => edits.isGone(each))) return removeDeclarator(declarator, outer, looking)
  removeItems(all, edits, text)
  return true
}

function isRequire(init: unknown): boolean {
  return (
    isCodeNode(init) && init.type === 'CallExpression' && calledName(init['callee']) === 'require' && nameIn(init['callee']) === 'require'
  )
}
