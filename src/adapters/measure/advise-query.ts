import type { SyntaxNode } from '@lezer/common'
import { childrenOf, parsePromql, textOf } from './parse-promql.ts'
import { parseSelector } from './selector.ts'

/**
 * Returns PromQL with `or vector(0)` behind a numerator that is empty while there is nothing bad to count, and makes the
 * whole query empty with it; undefined when there is no such division. A filter the denominator does not have is what makes
 * a numerator suspicious.
 */
export function adviseQuery(query: string): string | undefined {
  const { root } = parsePromql(query)
  for (const { above, slash, below } of root ? divisionsIn(root) : []) {
    const [written, divisor] = [textOf(above, query), textOf(below, query)]
    if (/\bvector\s*\(/.test(written) || !isNarrower(written, divisor)) continue
    return `${query.slice(0, above.from)}(${written} or vector(0)) ${query.slice(slash.from)}`
  }
  return undefined
}

interface Division {
  readonly above: SyntaxNode
  readonly slash: SyntaxNode
  readonly below: SyntaxNode
}

function divisionsIn(node: SyntaxNode): readonly Division[] {
  const [left, slash, ...rest] = childrenOf(node)
  const below = rest.at(-1)
  const own = slash?.name === 'Div' && left && below ? [{ above: lastFactorOf(left), slash, below }] : []
  return [...own, ...childrenOf(node).flatMap(divisionsIn)]
}

/** `100 * errors / requests` divides the product, and what can be empty is its last factor. */
function lastFactorOf(node: SyntaxNode): SyntaxNode {
  const last = node.name === 'BinaryExpr' ? childrenOf(node).at(-1) : undefined
  return last ? lastFactorOf(last) : node
}

/** Whether it selects by a label that the other side does not select by, or counts something named after failure. */
function isNarrower(above: string, below: string): boolean {
  const [some, all] = [matchersIn(above), new Set(matchersIn(below))]
  const isNamedSo = (query: string): boolean => /err|fail|5xx|bad/i.test(query)
  return some.some((matcher) => !all.has(matcher)) || (isNamedSo(above) && !isNamedSo(below))
}

function matchersIn(query: string): readonly string[] {
  const { selections } = parsePromql(query)
  return selections.flatMap(({ text }) => parseSelector(text)?.matchers.map(({ label, op, value }) => `${label}${op}${value}`) ?? [])
}
