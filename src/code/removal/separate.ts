import { isCodeNode, nodesIn, type CodeNode } from '../javascript.ts'

/** A bracket that goes on the line before it, and the end of that line. */
interface NextLine {
  readonly at: number
  readonly behind: string
}

/** Returns the brackets that go on the line before them: without a semicolon between, both lines are one statement. */
export function bracketsOnNextLine(node: CodeNode, text: string): readonly NextLine[] {
  const before = node['callee'] ?? node['tag'] ?? (node['computed'] === true ? node['object'] : undefined)
  const space = isCodeNode(before) && TAKES.test(node.type) ? /^\s*\n\s*(?=[([`])/.exec(text.slice(before.end, node.end)) : null
  const own = isCodeNode(before) && space ? [{ at: before.end + space[0].length, behind: text.slice(before.end - SHOWN, before.end) }] : []
  return [...own, ...nodesIn(node).flatMap((child) => bracketsOnNextLine(child, text))]
}

/** Letters that tell one line from another. */
const SHOWN = 30
const TAKES = /^(?:Call|Member|TaggedTemplate)Expression$/
