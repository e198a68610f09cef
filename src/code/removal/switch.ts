import { isCodeNode, nodesIn, type CodeNode } from '../javascript.ts'
import type { TextRange } from './edits.ts'
import type { Evaluator } from './evaluate.ts'
import type { Primitive } from './constant.ts'
import { isFunctionNode } from './scopes.ts'
import { nodesOf } from './shape.ts'

/** The statements of a switch that are carried out, and where they stand. */
export interface KeptCase extends TextRange {
  readonly statements: readonly CodeNode[]
  /** What left the switch from within a block that stays. */
  readonly exit?: CodeNode
}

/** Returns what a switch on this value does; `none` where that is nothing, undefined where it is not plain. */
export function keptCase(node: CodeNode, value: Primitive, { valueOf }: Pick<Evaluator, 'valueOf'>): KeptCase | 'none' | undefined {
  const cases = nodesOf(node['cases'])
  const tests = cases.map((each) => (each['test'] === null ? 'default' : valueOf(each['test'])))
  if (tests.some((test) => test === undefined || (test !== 'default' && (test.is !== 'value' || test.isOurs)))) return undefined
  const hit = tests.findIndex((test) => test !== 'default' && test?.is === 'value' && test.value === value)
  const from = hit >= 0 ? hit : tests.indexOf('default')
  if (from < 0) return 'none'
  const bodies = cases.slice(from).map((each) => nodesOf(each['consequent']))
  const nth = bodies.findIndex((body) => body.length > 0)
  const body = bodies[nth]
  if (!body) return 'none'
  const [only] = body
  const isBlock = body.length === 1 && only?.type === 'BlockStatement'
  const inner = isBlock ? nodesOf(only['body']) : body
  const last = inner.at(-1)
  const isLast = from + nth === cases.length - 1
  if (!isLast && !(last && ENDS.test(last.type))) return undefined
  const statements = last?.type === 'BreakStatement' ? inner.slice(0, -1) : inner
  if (statements.some(breaksOut)) return undefined
  const declares = statements.some((each) => DECLARES.test(each.type))
  // Names of a block stay in it; those of a case are names of the whole switch.
  if (declares)
    return isBlock
      ? { statements, start: only.start, end: only.end, ...(statements.length < inner.length && last && { exit: last }) }
      : undefined
  const [first, end] = [statements[0], statements.at(-1)]
  return first && end ? { statements, start: first.start, end: end.end } : 'none'
}

/** Tells whether a case of `switch (true)` is never taken, nor fallen into: its value is `false` now. */
export function neverTaken(node: CodeNode, [parent]: readonly CodeNode[], { valueOf }: Pick<Evaluator, 'valueOf'>): boolean {
  const [on, test] = [valueOf(parent?.['discriminant']), valueOf(node['test'])]
  if (on?.is !== 'value' || on.value !== true || test?.is !== 'value' || !test.isOurs || test.value !== false) return false
  const cases = nodesOf(parent?.['cases'])
  const before = cases[cases.indexOf(node) - 1]
  const body = nodesOf(node['consequent'])
  if (body.some((each) => DECLARES.test(each.type))) return false
  return body.length === 0 || !before || ENDS.test(nodesOf(before['consequent']).at(-1)?.type ?? '')
}

const ENDS = /^(?:Break|Return|Throw|Continue)Statement$/
const DECLARES = /^(?:VariableDeclaration|FunctionDeclaration|ClassDeclaration)$/

/** Whether a `break` within a statement leaves the switch. */
function breaksOut(node: CodeNode): boolean {
  if (node.type === 'BreakStatement') return !isCodeNode(node['label'])
  if (isFunctionNode(node) || /^(?:For\w*|While|DoWhile|Switch)Statement$/.test(node.type)) return false
  return nodesIn(node).some(breaksOut)
}
