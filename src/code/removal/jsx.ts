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

/** Tells whether the text beside a node between tags would read otherwise without it: a space at the end of a line is none. */
export function partsText(node: CodeNode, [parent]: readonly CodeNode[], text: string): boolean {
  const children = nodesOf(parent?.['children'])
  const nth = children.indexOf(node)
  const said = (each: CodeNode | undefined): string => (each?.type === 'JSXText' ? text.slice(each.start, each.end) : '')
  const [before, behind] = [said(children[nth - 1]), said(children[nth + 1])]
  return textShown(before) + textShown(behind) !== textShown(before + behind)
}

/** Of every line the white space at its ends, but not at those of the whole. */
function textShown(text: string): string {
  const lines = text.split(/\r\n|\n|\r/)
  const shown = lines.map((line, nth) => {
    const from = nth === 0 ? line : line.trimStart()
    return nth === lines.length - 1 ? from : from.trimEnd()
  })
  return shown.filter((line) => line !== '').join(' ')
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
