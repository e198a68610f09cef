import type { SyntaxNode } from '@lezer/common'
import type { Refusal } from '../../core/ports.ts'
import { Unreadable } from '../../core/values/reading.ts'
import { childrenOf, parsePromql, textOf } from './parse-promql.ts'
import { isRecorded, parseMatchers, type LabelTest } from './selector.ts'

/** Raw counters that a ratio or a quantile reads. */
export interface CounterSide {
  /** The selector without comments and brackets around it. */
  readonly text: string
  /** What it asks of labels; the name is that of `__name__`. */
  readonly matchers: readonly LabelTest[]
}

const FORM = 'http_requests_total{status=~"5.."}'
const RAW = 'counters are read raw, so that the restart of each process is seen'

/**
 * Returns the selector that a side of a ratio has to be, or why it is none. A rate has no increments, and a sum that
 * falls because one of many processes was replaced looks like a restart of them all.
 */
export function readSide(query: string): CounterSide | Refusal {
  const { root, fault, selections } = parsePromql(query)
  if (!root) return { message: `is not PromQL at ${fault ?? '1:1'}`, hint: FORM }
  const node = unwrap(root)
  const [first] = selections
  if (node.name !== 'VectorSelector') return { message: `${sayNode(node, query)}: ${RAW}`, hint: `write ${first?.text ?? FORM}` }
  return selectorOf(textOf(node, query))
}

/** Returns the selector of a histogram's buckets, from that of the histogram. */
export function readBuckets(query: string): CounterSide | Refusal {
  const side = readSide(query)
  if ('message' in side) return side
  const [named] = side.matchers.filter(({ label, op }) => label === '__name__' && op === '=')
  if (!named)
    return { message: 'a quantile is read from one histogram: its name has to stand there', hint: 'http_request_duration_seconds' }
  if (named.value.endsWith('_bucket'))
    return { message: 'is the name of its buckets', hint: `write ${named.value.slice(0, -'_bucket'.length)}` }
  const end = nameEnd(side.text)
  return end === undefined ? side : selectorOf(`${side.text.slice(0, end)}_bucket${side.text.slice(end)}`)
}

/** Returns the side as it is asked for. Throws `Unreadable` where it is refused. */
export function sideOr(read: CounterSide | Refusal): CounterSide {
  if (!('message' in read)) return read
  throw new Unreadable('malformed', read.hint === undefined ? read.message : `${read.message}; ${read.hint}`)
}

function selectorOf(text: string): CounterSide | Refusal {
  const matchers = parseMatchers(text)
  if (!matchers) return { message: 'has a regular expression or a string that Prometheus does not take', hint: FORM }
  const names = matchers.filter(({ label, op }) => label === '__name__' && !op.startsWith('!'))
  if (names.length === 0) return { message: 'has no name of a metric', hint: FORM }
  const rule = names.find(({ value }) => isRecorded(value))
  if (rule)
    return {
      message: `${rule.value} is what a recording rule makes of counters: ${RAW}`,
      hint: 'write the name of the counters that the rule reads, without sum() or rate()',
    }
  return { text, matchers }
}

function unwrap(node: SyntaxNode): SyntaxNode {
  const [, inner] = node.name === 'ParenExpr' ? [node, ...childrenOf(node)] : []
  return inner ? unwrap(inner) : node
}

/** What stands there instead of a selector. */
function sayNode(node: SyntaxNode, query: string): string {
  const [first, second] = childrenOf(node)
  switch (node.name) {
    case 'FunctionCall':
    case 'AggregateExpr':
      return `has ${first ? query.slice(first.from, first.to) : 'a function'}() in it`
    case 'BinaryExpr':
      return second?.name === 'Or'
        ? 'has "or" in it, which leaves out what has the same labels on both sides ({__name__=~"a|b"} does not)'
        : `calculates with counters (${second ? query.slice(second.from, second.to) : 'an operator'})`
    case 'MatrixSelector':
    case 'SubqueryExpr':
      return 'has a range in it'
    case 'OffsetExpr':
    case 'StepInvariantExpr':
      return 'looks at another time'
    default:
      return 'is no selector'
  }
}

/** Where the name ends: before the braces, quoted in them, or as `__name__`. */
function nameEnd(text: string): number | undefined {
  const root = parsePromql(text).root
  const bare = root?.getChild('Identifier')
  if (bare) return bare.to
  const inside = root?.getChild('LabelMatchers')
  const quoted = inside?.getChild('QuotedLabelName')
  if (quoted) return quoted.to - 1
  const named = inside?.getChildren('UnquotedLabelMatcher').find((each) => text.startsWith('__name__', each.from))
  const value = named?.getChild('StringLiteral')
  return value ? value.to - 1 : undefined
}
