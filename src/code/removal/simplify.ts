import { isCodeNode, nodesIn, type CodeNode } from '../javascript.ts'
import { isBoolean } from './boolean.ts'
import type { Edits } from './edits.ts'
import type { Evaluator } from './evaluate.ts'
import { defaultsIn, endsAlways, isNamedOutside, isTruthAlone, siblingsOf } from './around.ts'
import { isChild, isWatched, partsText, shownBy } from './jsx.ts'
import type { LineEdits } from './lines.ts'
import { placeOperand } from './operand.ts'
import { nameIn, type Scopes } from './scopes.ts'
import { nodesOf, unwrapped } from './shape.ts'
import { removeItems } from './items.ts'
import { spreadsNothing } from './spread.ts'
import { statementEdits } from './statements.ts'
import { keptCase, neverTaken } from './switch.ts'

/** What a program is simplified with. */
export interface Simplifying {
  readonly text: string
  readonly scopes: Scopes
  readonly evaluator: Evaluator
  readonly edits: Edits
  readonly lines: LineEdits
}

/** What came of it: declarations that wait until all their uses are known, and places where a constant stands now. */
export interface Simplified {
  readonly deferred: readonly CodeNode[]
  readonly constants: CodeNode[]
  readonly visit: (node: CodeNode, around: readonly CodeNode[]) => void
}

/** Keeps of every statement and expression that has to do with the toggle what stays; what is not understood is not touched. */
export function simplify(file: CodeNode, { text, scopes, evaluator, edits, lines }: Simplifying): Simplified {
  const { truthOf, valueOf, concerns, isPure } = evaluator
  const deferred: CodeNode[] = []
  const constants: CodeNode[] = []
  const comments = nodesOf(file['comments'])
  const { isFree, removeRest, removeIn } = statementEdits({ scopes, edits, lines })

  const visit = (node: CodeNode, around: readonly CodeNode[]): void => {
    if (!concerns(node) || TYPES.test(node.type) || edits.isGone(node)) return
    if (!handle(node, around)) for (const child of nodesIn(node)) visit(child, [node, ...around])
  }
  visit(file, [])
  return { deferred, constants, visit }

  /** Whether nothing more is to be done below a node. */
  function handle(node: CodeNode, around: readonly CodeNode[]): boolean {
    switch (node.type) {
      case 'IfStatement':
        return concernedTruth(node['test'], (truth) => keepBranch(node, around, truth))
      case 'ConditionalExpression':
        return concernedTruth(node['test'], (truth) => keepOperand(node, around, node[truth ? 'consequent' : 'alternate']))
      case 'WhileStatement':
        return concernedTruth(node['test'], (truth) => keepLoop(node, around, truth))
      case 'LogicalExpression':
        return logical(node, around)
      case 'SwitchStatement':
        return switched(node, around)
      case 'ExpressionStatement':
        return isNothing(node['expression']) && removeIn(node, around)
      case 'JSXExpressionContainer':
        return isChild(node, around) && contained(node, around)
      case 'JSXSpreadAttribute':
        return spreadsNothing(node, undefined, evaluator) && lines.removeWord(node)
      case 'SpreadElement':
        return spread(node, around)
      case 'SwitchCase':
        return neverTaken(node, around, evaluator) && removeIn(node, around)
      case 'VariableDeclarator':
        return declared(node, around)
      case 'ObjectPattern':
      case 'ArrayPattern':
        for (const each of defaultsIn(node)) visit(each, [node, ...around])
        return true
      default:
        return constant(node, around)
    }
  }

  function concernedTruth(test: unknown, then: (truth: boolean) => unknown): boolean {
    const truth = concerns(test) ? truthOf(test) : undefined
    if (truth === undefined) return false
    then(truth)
    return true
  }

  function keepBranch(node: CodeNode, around: readonly CodeNode[], truth: boolean): void {
    const [kept, other] = truth ? [node['consequent'], node['alternate']] : [node['alternate'], node['consequent']]
    if (isCodeNode(other) && isNamedOutside(other, scopes, edits)) return visitAll([kept, other], node, around)
    if (!isCodeNode(kept)) return void removeIn(node, around)
    if (isCodeNode(other)) edits.remove(other.start, other.end)
    const siblings = siblingsOf(node, around)
    if (siblings && endsAlways(kept)) removeRest(node, siblings)
    if (!siblings || kept.type !== 'BlockStatement' || !isFree(kept, around)) lines.keepOnly(node, kept)
    else lines.keepLines(node, { start: kept.start + 1, end: kept.end - 1 })
    visit(kept, [node, ...around])
  }

  function keepOperand(node: CodeNode, around: readonly CodeNode[], operand: unknown): void {
    if (!isCodeNode(operand)) return
    const { whole, inner, kept, ...written } = placeOperand(node, around, operand, { text, comments })
    lines.keepOnly(whole, kept, written)
    visit(inner, [node, ...around])
  }

  function logical(node: CodeNode, around: readonly CodeNode[]): boolean {
    const { operator, left, right } = node
    if (isWordIn(node)) return true
    const truth = operator !== '??' && concerns(left) ? truthOf(left) : undefined
    if (truth !== undefined) {
      const isRight = truth === (operator === '&&')
      const decided = valueOf(left)
      // Where the left side decides, its value is that of the whole.
      if (isRight || decided?.is !== 'value' || typeof decided.value !== 'boolean') {
        keepOperand(node, around, isRight ? right : left)
        return true
      }
    }
    if (constant(node, around)) return true
    if (operator === '??' || !concerns(right) || concerns(left)) return false
    const isNeutral = truthOf(right) === (operator === '&&')
    const value = valueOf(right)
    const areBoth = isBoolean(left) && value?.is === 'value' && typeof value.value === 'boolean'
    // `a && true` is `a` where only its truth counts; so is `(a && true) && b`, and `!a && true` anywhere.
    if (isNeutral ? !areBoth && !isTruthAlone(node, around) : !areBoth || !isPure(left)) return false
    keepOperand(node, around, isNeutral ? left : right)
    return true
  }

  function switched(node: CodeNode, around: readonly CodeNode[]): boolean {
    const value = valueOf(node['discriminant'])
    const siblings = siblingsOf(node, around)
    if (value?.is !== 'value' || !value.isOurs || !siblings) return false
    const kept = keptCase(node, value.value, evaluator)
    if (kept === undefined || isNamedOutside(node, scopes, edits)) {
      // A value of one case alone would not have the type of the others.
      visitAll(nodesOf(node['cases']), node, around)
      return true
    }
    if (kept === 'none') return removeIn(node, around)
    lines.keepLines(node, kept)
    if (kept.exit) lines.removeStatement(kept.exit)
    for (const each of kept.statements) visit(each, [node, ...around])
    if (endsAlways(kept.statements.at(-1))) removeRest(node, siblings)
    return true
  }

  /** An expression that stays without a trace: `isOn && undefined`, of which nobody takes the value. */
  function isNothing(expression: unknown): boolean {
    const found = unwrapped(expression)
    if (!found || !concerns(found)) return false
    if (found.type === 'LogicalExpression' && found['operator'] !== '??' && concerns(found['left']))
      return truthOf(found['left']) === (found['operator'] === '||') || false
    return valueOf(found)?.isOurs === true && isPure(found)
  }

  function contained(node: CodeNode, around: readonly CodeNode[]): boolean {
    const found = unwrapped(node['expression'])
    if (!found || !concerns(found)) return false
    const kept = shownBy(found, evaluator)
    if (kept === undefined) return false
    const value = kept === 'nothing' ? undefined : unwrapped(kept)
    if (!value || /^(?:NullLiteral|BooleanLiteral)$/.test(value.type) || nameIn(value) === 'undefined') {
      if (partsText(node, around, text)) edits.replace(node.start, node.end, '{null}')
      else lines.removeStatement(node)
      return true
    }
    if (!/^JSX(?:Element|Fragment)$/.test(value.type)) return false
    lines.keepLines(node, value)
    visit(value, around)
    return true
  }

  /** `...(isOn && { a })`, `...(isOn ? [a] : [])`: what nothing comes of goes. */
  function spread(node: CodeNode, [parent]: readonly CodeNode[]): boolean {
    if (!spreadsNothing(node, parent, evaluator)) return false
    return removeItem(node, nodesOf(parent?.['properties'] ?? parent?.['elements'] ?? parent?.['arguments']))
  }

  function removeItem(node: CodeNode, items: readonly CodeNode[]): boolean {
    edits.remove(node.start, node.end)
    removeItems(items, edits, text)
    return true
  }

  function declared(node: CodeNode, around: readonly CodeNode[]): boolean {
    const { id, init } = node
    if (isCodeNode(id) && id.type !== 'Identifier') visit(id, [node, ...around])
    const isOurs = valueOf(init)?.isOurs === true
    if (isOurs) deferred.push(node)
    else if (isCodeNode(init)) visit(init, [node, ...around])
    return true
  }

  /** `true` or `false` in the place of an expression that is nothing else any more. */
  function constant(node: CodeNode, around: readonly CodeNode[]): boolean {
    const value = EXPRESSIONS.test(node.type) ? valueOf(node) : undefined
    if (value?.is !== 'value' || !value.isOurs) return false
    if (typeof value.value !== 'boolean') return value.isWord === true
    if (isDeclared(node) || around[0]?.type === 'ExportSpecifier') return true
    const [parent] = around
    if (isWatched(node, around, scopes)) return removeItem(node, nodesOf(parent?.['elements']))
    if (parent?.type === 'ObjectProperty' && parent['shorthand'] === true)
      edits.replace(parent.start, parent.end, `${nameIn(node)}: ${value.value}`)
    else edits.replace(node.start, node.end, String(value.value))
    constants.push(node)
    return true
  }

  function keepLoop(node: CodeNode, around: readonly CodeNode[], truth: boolean): void {
    const { test, body } = node
    if (truth && isCodeNode(test)) edits.replace(test.start, test.end, 'true')
    else if (!isNamedOutside(node, scopes, edits)) return void removeIn(node, around)
    visitAll([body], node, around)
  }

  function visitAll(nodes: readonly unknown[], parent: CodeNode, around: readonly CodeNode[]): void {
    for (const each of nodes) if (isCodeNode(each)) visit(each, [parent, ...around])
  }

  function isWordIn(node: CodeNode): boolean {
    const value = valueOf(node)
    return value?.is === 'value' && value.isWord === true
  }

  function isDeclared(node: CodeNode): boolean {
    return scopes.of(node)?.declarations.some((each) => each.node === node) === true
  }
}

const TYPES = /^TS(?:\w+Type|TypeAnnotation|InterfaceDeclaration|TypeAliasDeclaration|TypeParameter\w*|TypeQuery|TypeReference)$/
const EXPRESSIONS = /^(?:Identifier|\w*Expression|TemplateLiteral)$/
