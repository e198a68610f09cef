import type { SyntaxNode, Tree } from '@lezer/common'
import { parser } from '@prometheus-io/lezer-promql'
import type { Duration } from '../../core/values/units.ts'

/** One selector of a query, and when the samples are from that it selects. */
export interface Selection {
  /** The name and the labels alone: `http_requests_total{status=~"5.."}`. */
  readonly text: string
  /** How far its range and the subqueries around it reach back. */
  readonly window: Duration
  /** How far `offset` moves it into the past; less than 0 for the future. */
  readonly shift: Duration
  /** `@` ties it to one moment, whenever the query is asked. */
  readonly isFixed: boolean
  /** It is asked whether there is none: `absent(…)`. */
  readonly isAbsence: boolean
  /** Where it selects nothing a number of nothing stands for it: `… or vector(0)`. */
  readonly hasDefault: boolean
}

/** What nobody writes by hand, and what a walk down has the stack for. */
const DEEPEST = 500

/** A query as Prometheus reads it. */
export interface Promql {
  /** Absent where there is a fault. */
  readonly root: SyntaxNode | null
  readonly selections: readonly Selection[]
  /** Where the text is not PromQL, as `line:column`. */
  readonly fault?: string
}

/**
 * Returns what a query selects. The grammar is that of Prometheus' own user interface (prometheus/web/ui/module/lezer-promql);
 * what other stores add to the language is a fault.
 */
export function parsePromql(query: string): Promql {
  const tree = treeOf(query)
  if (!tree) return { root: null, selections: [], fault: '1:1' }
  let fault: string | undefined
  let depth = 0
  tree.iterate({
    enter: ({ type, from }) => {
      depth += 1
      if (type.isError || depth > DEEPEST) fault ??= placeOf(query, from)
    },
    leave: () => void (depth -= 1),
  })
  if (fault !== undefined) return { root: null, selections: [], fault }
  const [root = null] = childrenOf(tree.topNode)
  const plain = { window: 0, shift: 0, isFixed: false, isAbsence: false, hasDefault: false }
  return { root, selections: root ? selectionsIn(root, query, plain) : [] }
}

/** The tree is built by a walk down as well: undefined where its stack ends. */
function treeOf(query: string): Tree | undefined {
  try {
    return parser.parse(query)
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** Returns the text of a node without comments and the blanks around it. */
export function textOf(node: SyntaxNode, query: string): string {
  const comments = node.getChildren('LineComment').concat(node.getChild('LabelMatchers')?.getChildren('LineComment') ?? [])
  let text = ''
  let at = node.from
  for (const { from, to } of comments) {
    text += query.slice(at, from)
    at = to
  }
  return (text + query.slice(at, node.to)).trim()
}

/** Returns the parts of a node, comments left out. */
export function childrenOf(node: SyntaxNode): readonly SyntaxNode[] {
  const children: SyntaxNode[] = []
  for (let child = node.firstChild; child; child = child.nextSibling) if (child.name !== 'LineComment') children.push(child)
  return children
}

function selectionsIn(node: SyntaxNode, query: string, around: Omit<Selection, 'text'>): readonly Selection[] {
  if (node.name === 'VectorSelector') return [{ text: textOf(node, query), ...around }]
  const inside = insideOf(node, query, around)
  return childrenOf(node).flatMap((child) => selectionsIn(child, query, inside))
}

function insideOf(node: SyntaxNode, query: string, around: Omit<Selection, 'text'>): Omit<Selection, 'text'> {
  switch (node.name) {
    case 'MatrixSelector':
    case 'SubqueryExpr':
      return { ...around, window: around.window + durationOf(node.getChild('DurationExpr'), query) }
    case 'OffsetExpr':
      return { ...around, shift: around.shift + durationOf(node.getChild('OffsetDurationExpr'), query) }
    case 'StepInvariantExpr':
      // `@ end()` of an instant query is now.
      return { ...around, isFixed: around.isFixed || node.getChild('AtModifierPreprocessors') === null }
    case 'FunctionCall':
      return { ...around, isAbsence: around.isAbsence || query.startsWith('absent', node.from) }
    case 'BinaryExpr':
      return { ...around, hasDefault: around.hasDefault || isDefaulted(node) }
    default:
      return around
  }
}

/** Whether it is an `or` with nothing on its right that a sample is behind. */
function isDefaulted(node: SyntaxNode): boolean {
  const { lastChild } = node
  return node.getChild('Or') !== null && lastChild !== null && !selects(lastChild)
}

function selects(node: SyntaxNode): boolean {
  return node.name === 'VectorSelector' || childrenOf(node).some(selects)
}

/** A duration, or arithmetic with some (a feature that Prometheus 3 has to be asked for). */
function durationOf(node: SyntaxNode | null, query: string): Duration {
  if (!node) return 0
  const text = query.slice(node.from, node.to)
  const parts = childrenOf(node)
  if (parts.length === 0) return literalOf(text)
  const [first = 0, second = 0] = parts.filter(({ name }) => /Duration/.test(name)).map((each) => durationOf(each, query))
  const operator = parts.map(({ name }) => name)
  if (operator.includes('UnaryOp')) return text.startsWith('-') ? -first : first
  if (operator.includes('Add')) return first + second
  if (operator.includes('Sub')) return first - second
  // A factor without a unit was read as seconds.
  if (operator.includes('Mul')) return (first * second) / 1000
  if (operator.includes('Div')) return second === 0 ? first : (first / second) * 1000
  return Math.max(first, second)
}

const UNITS: Readonly<Record<string, Duration>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  // PromQL has years too, of 365 days.
  y: 31_536_000_000,
}

/** `1h30m`, or seconds without a unit. */
function literalOf(text: string): Duration {
  const parts = [...text.matchAll(/(\d+)(ms|[smhdwy])/g)]
  if (parts.length > 0) return parts.reduce((sum, [, count, unit = '']) => sum + Number(count) * (UNITS[unit] ?? 0), 0)
  const seconds = Number(text)
  return Number.isFinite(seconds) ? seconds * 1000 : 0
}

function placeOf(query: string, at: number): string {
  const lines = query.slice(0, at).split('\n')
  return `${lines.length}:${(lines.at(-1) ?? '').length + 1}`
}
