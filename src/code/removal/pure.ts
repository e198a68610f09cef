import { isCodeNode, nodesIn, type CodeNode } from '../javascript.ts'
import type { Constant } from './constant.ts'

/** Returns what tells whether an expression does nothing but give a value; to ask for the toggle does nothing. */
export function purity(valueOf: (node: unknown) => Constant | undefined): (node: unknown) => boolean {
  const isPure = (node: unknown): boolean => {
    if (!isCodeNode(node) || valueOf(node)?.isOurs) return true
    return PURE.test(node.type) && !isDelete(node) && (LAZY.test(node.type) || nodesIn(node).every(isPure))
  }
  return isPure
}

function isDelete(node: CodeNode): boolean {
  return node.type === 'UnaryExpression' && node['operator'] === 'delete'
}

const PURE =
  /^(?:Identifier|\w*Literal|TemplateElement|ThisExpression|Super|MetaProperty|(?:Optional)?MemberExpression|UnaryExpression|BinaryExpression|LogicalExpression|ConditionalExpression|ArrayExpression|ObjectExpression|ObjectProperty|SpreadElement|ParenthesizedExpression|ArrowFunctionExpression|FunctionExpression|TS\w+|JSX\w+)$/
/** What runs later, or never. */
const LAZY = /^(?:ArrowFunctionExpression|FunctionExpression|TS\w+Type|TSTypeAnnotation)$/
