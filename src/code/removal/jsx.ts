import type { CodeNode } from '../javascript.ts'
import type { Evaluator } from './evaluate.ts'
import type { Constant } from './constant.ts'
import { nameIn, type Scopes } from './scopes.ts'
import { calledName, nodesOf, sourceOf, unwrapped } from './shape.ts'

/** Tells whether a node stands between the tags of an element. */
export function isChild(node: CodeNode, [parent]: readonly CodeNode[]): boolean {
  return parent !== undefined && /^JSX(?:Element|Fragment)$/.test(parent.type) && nodesOf(parent['children']).includes(node)
}

/** Returns what an expression between tags shows; undefined where that is not sure. */
export function shownBy(node: CodeNode, evaluator: Evaluator): CodeNode | 'nothing' | undefined {
  const { truthOf, valueOf, concerns } = evaluator
  const isChoice = node.type === 'ConditionalExpression'
  if (!isChoice && (node.type !== 'LogicalExpression' || node['operator'] === '??')) return showsNothing(valueOf(node))
  const test = isChoice ? node['test'] : node['left']
  const truth = concerns(test) ? truthOf(test) : undefined
  if (truth === undefined) return undefined
  // Where the left side decides, it is what is shown, and 0 is shown.
  if (!isChoice && truth !== (node['operator'] === '&&')) return showsNothing(valueOf(node))
  const found = unwrapped(isChoice ? node[truth ? 'consequent' : 'alternate'] : node['right'])
  return found && concerns(found) ? (shownBy(found, evaluator) ?? found) : found
}

/** React shows neither truth values nor what is missing. */
function showsNothing(known: Constant | undefined): 'nothing' | undefined {
  return known?.is === 'value' && typeof known.value !== 'string' ? 'nothing' : undefined
}

/** Tells whether a node between tags keeps apart two lines of text that would be one with a space between. */
export function partsLines(node: CodeNode, [parent]: readonly CodeNode[], text: string): boolean {
  const children = nodesOf(parent?.['children'])
  const nth = children.indexOf(node)
  const said = (each: CodeNode | undefined): string => (each?.type === 'JSXText' ? text.slice(each.start, each.end) : '')
  return /\S\s*\n\s*$/.test(said(children[nth - 1])) && /^\s*\n\s*\S/.test(said(children[nth + 1]))
}

/** Tells whether a value stands in the list that a hook of React watches: `useMemo(() => …, [isNew])`. */
export function isWatched(node: CodeNode, [parent, call]: readonly CodeNode[], scopes: Scopes): boolean {
  if (parent?.type !== 'ArrayExpression' || !nodesOf(parent['elements']).includes(node) || call?.type !== 'CallExpression') return false
  const name = unwrapped(call['callee'])
  const from = name && scopes.of(name)?.declarations[0]?.around[1]
  const isReact = nameIn(name?.['object']) === 'React' || /^p?react(?:\/|$)/.test(sourceOf(from))
  return isReact && HOOKS.test(calledName(name) ?? '') && nodesOf(call['arguments']).indexOf(parent) > 0
}

const HOOKS = /^use(?:Effect|LayoutEffect|InsertionEffect|Memo|Callback|ImperativeHandle)$/
