import { isCodeNode, nodesIn, type CodeNode } from '../javascript.ts'
import { answerOf, askedName, isOwnFunction } from './asked.ts'
import { isConstant, isEnvironment, writesVariable } from './environment.ts'
import { isNothing, isTruthy, isWordly, ours, literalOf, strangeWord, type Constant } from './constant.ts'
import { importedConstant } from './imported.ts'
import { madeOfWord } from './made-of-word.ts'
import { purity } from './pure.ts'
import { cookedOf, isWrapper, keyOf, nodesOf, propertyOf, unwrapped } from './shape.ts'
import { nameIn, type Scopes } from './scopes.ts'
import type { ToggleEnd } from './toggle-end.ts'

/** Evaluates what follows from the end of a toggle, and nothing else: undefined where that says nothing. */
export interface Evaluator {
  readonly valueOf: (node: unknown) => Constant | undefined
  /** Whether it holds in a condition, where that is sure. What would not be evaluated any more must do nothing. */
  readonly truthOf: (node: unknown) => boolean | undefined
  /** Whether an expression does nothing but give a value. */
  readonly isPure: (node: unknown) => boolean
  /** Whether an expression has to do with the toggle at all. */
  readonly concerns: (node: unknown) => boolean
  /** Why an expression that has to do with the toggle is not evaluated, said of each once it was asked for. */
  readonly refusals: ReadonlyMap<CodeNode, string>
}

/** Opens an evaluator for one program. */
export function evaluatorOf(file: CodeNode, scopes: Scopes, end: ToggleEnd): Evaluator {
  const refusals = new Map<CodeNode, string>()
  const known = new Map<CodeNode, Constant | undefined>()
  const pending = new Set<CodeNode>()
  const concerned = new Map<CodeNode, boolean>()
  const valueOf = (node: unknown): Constant | undefined => {
    if (!isCodeNode(node)) return undefined
    if (known.has(node)) return known.get(node)
    // A name whose value is made of itself has none.
    if (pending.has(node)) return undefined
    pending.add(node)
    const found = evaluate(node)
    pending.delete(node)
    known.set(node, found)
    return found
  }

  const truthOf = (node: unknown): boolean | undefined => {
    const found = unwrapped(node)
    if (!found) return undefined
    if (found.type === 'LogicalExpression' && found['operator'] !== '??') {
      const decides = found['operator'] === '||'
      const [left, right] = [truthOf(found['left']), truthOf(found['right'])]
      if (left === decides || (right === decides && isPure(found['left']))) return decides
      return left === !decides ? right : undefined
    }
    if (found.type === 'UnaryExpression' && found['operator'] === '!') {
      const truth = truthOf(found['argument'])
      return truth === undefined ? undefined : !truth
    }
    const value = valueOf(found)
    return value && isSaid(found, value) ? isTruthy(value) : undefined
  }

  const isPure = purity(valueOf)
  const isWrittenHere = writesVariable(file, end.names, scopes)

  return { valueOf, truthOf, isPure, concerns, refusals }

  /** The word of a variable that is text: `false` is as true as any other, which nobody who wrote it has meant. */
  function isSaid(node: CodeNode, value: Constant): boolean {
    if (value.is !== 'value' || !value.isWord || end.keep === 'on') return value.is === 'value'
    refusals.set(node, `as text "${end.words.off}" holds in a condition, which cannot have been meant`)
    return false
  }

  function evaluate(node: CodeNode): Constant | undefined {
    if (isWrapper(node)) return valueOf(node['expression'])
    switch (node.type) {
      case 'StringLiteral':
        return literalOf(String(node['value']))
      case 'BooleanLiteral':
        return literalOf(node['value'] === true)
      case 'NullLiteral':
        return literalOf(null)
      case 'TemplateLiteral':
        return templateOf(node)
      case 'Identifier':
        return nameIn(node) === 'undefined' && !scopes.of(node) ? literalOf(undefined) : boundTo(node)
      case 'MemberExpression':
      case 'OptionalMemberExpression':
        return isEnvironment(node['object'], scopes) && end.names.includes(propertyOf(node) ?? '') ? wordOf(node) : fromElsewhere(node)
      case 'AwaitExpression': {
        const promised = valueOf(node['argument'])
        return promised?.is === 'promise' ? promised.of : undefined
      }
      case 'UnaryExpression':
        return node['operator'] === '!' ? notOf(node['argument']) : node['operator'] === 'typeof' ? typeOf(node['argument']) : undefined
      case 'BinaryExpression':
        return compared(node)
      case 'LogicalExpression':
        return chosen(node)
      case 'ConditionalExpression': {
        const truth = truthOf(node['test'])
        if (truth === undefined) return undefined
        return ours(valueOf(truth ? node['consequent'] : node['alternate']))
      }
      case 'CallExpression':
      case 'OptionalCallExpression':
        return called(node)
      default:
        return undefined
    }
  }

  function wordOf(node: CodeNode): Constant | undefined {
    if (isWrittenHere) refusals.set(node, 'this file writes the variable itself')
    return isWrittenHere ? undefined : { is: 'value', value: end.words[end.keep], isOurs: true, isWord: true }
  }

  function boundTo(node: CodeNode): Constant | undefined {
    const binding = scopes.of(node)
    if (!binding || !isConstant(binding)) return undefined
    const [{ node: name, around } = { node, around: [] }] = binding.declarations
    const [parent] = around
    if (parent?.type === 'VariableDeclarator' && parent['id'] === name) return valueOf(parent['init'])
    if (parent?.type.startsWith('Import')) return fromElsewhere(node)
    const from = around.find(({ type }) => type === 'VariableDeclarator')
    const property = around.find(({ type }) => type === 'ObjectProperty')
    // `const { X: isOn = 'false' } = process.env`: a variable that is set takes no default.
    const isFlat = around.indexOf(from ?? node) === around.indexOf(property ?? node) + 2
    if (!from || !property || !isFlat || !isEnvironment(from['init'], scopes)) return undefined
    return end.names.includes(keyOf(property) ?? '') ? wordOf(name) : undefined
  }

  function fromElsewhere(node: CodeNode): Constant | undefined {
    const value = importedConstant(node, scopes, end)
    return value === undefined ? undefined : { is: 'value', value, isOurs: true }
  }

  function templateOf(node: CodeNode): Constant | undefined {
    const expressions = nodesOf(node['expressions']).map(valueOf)
    if (expressions.some((each) => each?.is !== 'value')) return undefined
    const values = expressions.map((each) => (each?.is === 'value' ? String(each.value) : ''))
    const text = nodesOf(node['quasis'])
      .map((quasi, nth) => cookedOf(quasi) + (values[nth] ?? ''))
      .join('')
    return {
      is: 'value',
      value: text,
      isOurs: expressions.some((each) => each?.isOurs),
      ...(expressions.some(isWordly) && { isWord: true }),
    }
  }

  function notOf(argument: unknown): Constant | undefined {
    const truth = truthOf(argument)
    return truth === undefined ? undefined : { is: 'value', value: !truth, isOurs: concerns(argument) }
  }

  function typeOf(argument: unknown): Constant | undefined {
    const value = valueOf(argument)
    return value?.is === 'value' && value.isOurs
      ? { is: 'value', value: value.value === null ? 'object' : typeof value.value, isOurs: true }
      : undefined
  }

  function compared(node: CodeNode): Constant | undefined {
    const operator = String(node['operator'])
    if (operator === 'in') {
      const key = valueOf(node['left'])
      const isName = key?.is === 'value' && typeof key.value === 'string' && end.names.includes(key.value)
      return isName && isEnvironment(node['right'], scopes) ? { is: 'value', value: true, isOurs: true } : undefined
    }
    if (!/^[!=]==?$/.test(operator)) return undefined
    const [left, right] = [valueOf(node['left']), valueOf(node['right'])]
    if (left?.is !== 'value' || right?.is !== 'value' || !(left.isOurs || right.isOurs)) return undefined
    const stranger = strangeWord(left, right, end.words)
    if (stranger !== undefined) {
      refusals.set(node, `it is compared with "${stranger}", which is neither "${end.words.on}" nor "${end.words.off}"`)
      return undefined
    }
    const isLoose = operator.length === 2
    if (isLoose && left.value !== right.value && !(isNothing(left) || isNothing(right)) && typeof left.value !== typeof right.value)
      return undefined
    const isSame = left.value === right.value || (isLoose && isNothing(left) && isNothing(right))
    return { is: 'value', value: isSame !== operator.startsWith('!'), isOurs: true }
  }

  function chosen(node: CodeNode): Constant | undefined {
    const { operator, left, right } = node
    const first = valueOf(left)
    if (operator === '??') {
      if (first?.is !== 'value' || !first.isOurs) return undefined
      return isNothing(first) ? ours(valueOf(right)) : first
    }
    // A text that is not empty is what `||` gives, whatever it says.
    if (operator === '||' && isWordly(first) && first && isTruthy(first)) return first
    const truth = truthOf(left)
    if (truth === undefined || !concerns(left)) return undefined
    if (truth === (operator === '&&')) return ours(valueOf(right))
    return first ?? undefined
  }

  function called(node: CodeNode): Constant | undefined {
    const { callee } = node
    const args = nodesOf(node['arguments'])
    const name = askedName(callee, scopes)
    const first = valueOf(args[0])
    if (isCodeNode(callee) && callee.type === 'Identifier') {
      const asked = boundTo(callee)
      if (asked?.is === 'function') return doesNothing(node, args) ? asked.of : undefined
      if (nameIn(callee) === 'Boolean' && args.length === 1 && !scopes.of(callee)) {
        const truth = truthOf(args[0])
        return truth === undefined ? undefined : { is: 'value', value: truth, isOurs: concerns(args[0]) }
      }
    }
    if (name !== undefined && first?.is === 'value' && !first.isOurs && end.names.includes(String(first.value))) {
      const answer: Constant = { is: 'value', value: end.keep === 'on', isOurs: true }
      const kind = answerOf(name, end.asks)
      if (kind && !end.asks.includes(name) && isOwnFunction(callee, scopes)) {
        refusals.set(node, `${name} is a function of this file: cleanup: { asks: [${name}] } says that it answers whether a toggle is on`)
        return undefined
      }
      if (kind === undefined || !doesNothing(node, args)) return undefined
      return kind === 'value' ? answer : { is: kind, of: answer, isOurs: true }
    }
    return madeOfWord(callee, args, { valueOf, words: end.words })
  }

  function doesNothing(node: CodeNode, args: readonly CodeNode[]): boolean {
    if (args.every(isPure)) return true
    refusals.set(node, 'what it is asked with does something of its own')
    return false
  }

  /** Whether an expression names the toggle at all. */
  function concerns(node: unknown): boolean {
    if (!isCodeNode(node)) return false
    const known = concerned.get(node)
    if (known !== undefined) return known
    const found = valueOf(node)?.isOurs === true || nodesIn(node).some(concerns)
    concerned.set(node, found)
    return found
  }
}
