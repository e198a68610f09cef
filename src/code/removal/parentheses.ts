import type { CodeNode } from '../javascript.ts'

/** Expressions that no operator around them takes apart. */
export const SIMPLE = /^(?:Identifier|\w*Literal|(?:Optional)?(?:Member|Call)Expression|ArrayExpression|JSXElement|JSXFragment)$/
/** Where parentheses around what is simple mean nothing, and around almost everything. */
const LOOSE =
  /^(?:AssignmentExpression|ConditionalExpression|LogicalExpression|SpreadElement|ObjectProperty|ArrayExpression|JSXExpressionContainer)$/
const LOOSEST = /^(?:ArrowFunctionExpression|ReturnStatement|VariableDeclarator)$/

/** Tells whether a statement, or the body of an arrow, would take an expression for something else. */
export function isMistaken({ start }: CodeNode, text: string): boolean {
  return /^(?:\{|function\b|class\b)/.test(text.slice(start, start + 10))
}

/** Tells whether parentheses around an expression mean nothing where they stand. */
export function isLoose(inner: CodeNode, outer: CodeNode | undefined, text: string): boolean {
  if (outer?.type === 'SpreadElement' && inner.type === 'ObjectExpression') return true
  if (!outer || isMistaken(inner, text)) return false
  return LOOSEST.test(outer.type) ? inner.type !== 'SequenceExpression' : SIMPLE.test(inner.type) && LOOSE.test(outer.type)
}
