import { isCodeNode, type CodeNode } from '../javascript.ts'
import { isWordly, TEXT_METHODS, type Constant } from './constant.ts'
import { nodesOf, propertyOf, unwrapped } from './shape.ts'
import { nameIn } from './scopes.ts'
import type { ToggleEnd } from './toggle-end.ts'

interface Making extends Pick<ToggleEnd, 'words'> {
  readonly valueOf: (node: unknown) => Constant | undefined
}

/** Returns what a call makes of a word: `x.toLowerCase()`, `['1', 'true'].includes(x)`, `JSON.parse(x)`, `String(x)`. */
export function madeOfWord(callee: unknown, args: readonly CodeNode[], { valueOf, words }: Making): Constant | undefined {
  if (!isCodeNode(callee)) return undefined
  const [argument] = args.map(valueOf)
  if (callee.type === 'Identifier')
    return nameIn(callee) === 'String' && argument?.is === 'value' ? { ...argument, value: String(argument.value) } : undefined
  const method = propertyOf(callee)
  const on = unwrapped(callee['object'])
  if (method === 'includes' && on?.type === 'ArrayExpression' && argument?.is === 'value' && isWordly(argument)) {
    const elements = nodesOf(on['elements']).map((each) => valueOf(each))
    const texts = elements.flatMap((each) => (each?.is === 'value' && typeof each.value === 'string' ? [each.value] : []))
    if (texts.length !== elements.length || ![words.on, words.off].some((each) => texts.includes(each))) return undefined
    return { is: 'value', value: texts.includes(String(argument.value)), isOurs: true }
  }
  if (
    method === 'parse' &&
    nameIn(on) === 'JSON' &&
    argument?.is === 'value' &&
    argument.isOurs &&
    /^(?:true|false)$/.test(String(argument.value))
  )
    return { is: 'value', value: argument.value === 'true', isOurs: true }
  const text = valueOf(on)
  if (text?.is !== 'value' || !text.isOurs || typeof text.value !== 'string' || args.length > 0) return undefined
  const changed = TEXT_METHODS[method ?? '']?.(text.value)
  return changed === undefined ? undefined : { ...text, value: changed }
}
