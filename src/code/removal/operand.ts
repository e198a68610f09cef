import type { CodeNode } from '../javascript.ts'
import type { TextRange } from './edits.ts'
import { isLoose, isMistaken, SIMPLE } from './parentheses.ts'
import { nameIn } from './scopes.ts'
import { isWrapper, unwrapped } from './shape.ts'

/** An operand in the place of the whole: all of `whole` goes but `kept`, between what is written around it. */
interface Placed {
  readonly whole: TextRange
  readonly inner: CodeNode
  /** The operand with the comments that belong to it. */
  readonly kept: TextRange
  readonly before: string
  readonly behind: string
}

interface Written {
  readonly text: string
  readonly comments: readonly TextRange[]
}

/** Returns how an operand stands alone: without parentheses that mean nothing, with those that it needs, and with its comments. */
export function placeOperand(node: CodeNode, around: readonly CodeNode[], operand: CodeNode, { text, comments }: Written): Placed {
  const [parent, ...outer] = around
  const bare = unwrapped(operand)
  const inner = bare && operand.type === 'ParenthesizedExpression' && SIMPLE.test(bare.type) ? bare : operand
  const within = (from: number, to: number): readonly TextRange[] => comments.filter(({ start, end }) => from <= start && end <= to)
  const isFree =
    parent?.type === 'ParenthesizedExpression' &&
    isLoose(inner, outer[0], text) &&
    within(parent.start, node.start).length + within(node.end, parent.end).length === 0
  const said = saidOf(operand, within(node.start, operand.start), text)
  const end = inner.end
  const kept = { start: said?.start ?? inner.start, end }
  const isBody = parent?.type === 'ArrowFunctionExpression' || parent?.type === 'ExpressionStatement'
  const isTaken = isBody && isMistaken(inner, text)
  const isTorn = said !== undefined && TORN.test(parent?.type ?? '') && text.slice(said.start, inner.start).includes('\n')
  const [before, behind] = isTaken || isTorn ? ['(', ')'] : losesThis(inner, around) ? ['0, ', ''] : ['', '']
  const whole = isFree ? parent : node
  const isGlued = /[\w$]/.test(text[whole.start - 1] ?? '') && /[\w$]/.test(before || (text[kept.start] ?? ''))
  return { whole, inner, kept, before: isGlued ? ` ${before}` : before, behind }
}

/** Whatever ends with its line. */
const TORN = /^(?:Return|Throw)Statement$|^(?:Yield|Binary|Logical)Expression$|^SequenceExpression$/

/** The first of the comments right before an operand: nothing but white space is between. */
function saidOf(operand: CodeNode, comments: readonly TextRange[], text: string): TextRange | undefined {
  const isNext = (each: TextRange, nth: number): boolean => text.slice(each.end, comments[nth + 1]?.start ?? operand.start).trim() === ''
  const from = comments.findLastIndex((each, nth) => !isNext(each, nth))
  return comments[from + 1]
}

/** `(a ? b.c : b.d)()` calls a function; `(b.c)()` would call a method, and `(eval)()` see what is around it. */
function losesThis(inner: CodeNode, [parent, ...around]: readonly CodeNode[]): boolean {
  if (parent?.type !== 'ParenthesizedExpression') return false
  const found = unwrapped(inner)
  const [nth, user] = [around.findIndex((each) => !isWrapper(each)), around.find((each) => !isWrapper(each))]
  const used = around[nth - 1] ?? parent
  const isUsed = user?.['callee'] === used || user?.['tag'] === used || user?.['operator'] === 'delete'
  return isUsed && user.type !== 'NewExpression' && (found?.type.endsWith('MemberExpression') === true || nameIn(found) === 'eval')
}
