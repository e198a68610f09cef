import type { CodeNode } from '../javascript.ts'
import type { Evaluator } from './evaluate.ts'
import { nodesOf, unwrapped } from './shape.ts'

/** Tells whether nothing comes of what is spread: `...false` in an object or, without a parent, in a tag; `...[]`, `...{}`. */
export function spreadsNothing(node: CodeNode, parent: CodeNode | undefined, evaluator: Evaluator): boolean {
  const spread = keptOf(node['argument'], evaluator)
  const elements = parent?.['elements']
  // What is left out of a list is no item of it, and counts.
  if (!spread || (Array.isArray(elements) && elements.includes(null))) return false
  const isObject = !parent || parent.type === 'ObjectExpression'
  if (spread.type === 'ArrayExpression') return !isObject && nodesOf(spread['elements']).length === 0
  if (!isObject) return false
  const value = evaluator.valueOf(spread)
  return (
    (value?.is === 'value' && typeof value.value !== 'string') ||
    (spread.type === 'ObjectExpression' && nodesOf(spread['properties']).length === 0)
  )
}

/** The side that stays of what has to do with the toggle. */
function keptOf(node: unknown, evaluator: Evaluator): CodeNode | undefined {
  const { truthOf, valueOf, concerns } = evaluator
  const found = unwrapped(node)
  if (!found || !concerns(found)) return undefined
  if (valueOf(found)?.isOurs === true) return found
  const test = found['test'] ?? (found['operator'] === '&&' ? found['left'] : undefined)
  const truth = concerns(test) ? truthOf(test) : undefined
  if (truth === undefined) return undefined
  const kept = unwrapped(
    found.type === 'ConditionalExpression' ? found[truth ? 'consequent' : 'alternate'] : found[truth ? 'right' : 'left'],
  )
  return kept && concerns(kept) ? keptOf(kept, evaluator) : kept
}
