import { isCodeNode, NESTED, nodesIn, parseJavaScript, type CodeNode } from '../javascript.ts'
import type { Unparsed } from '../syntax.ts'
import { editsOf, isWithin, type TextRange } from './edits.ts'
import { evaluatorOf } from './evaluate.ts'
import { actsOnLoad, exportedConstants } from './exported.ts'
import { lineEdits } from './lines.ts'
import { placeAt } from './place.ts'
import { bracketsOnNextLine } from './separate.ts'
import { scopesOf } from './scopes.ts'
import { simplify } from './simplify.ts'
import { HELD, type Removed, type ToggleEnd } from './toggle-end.ts'
import { removeUnused } from './unused.ts'

/** Returns a file of JavaScript or TypeScript without the toggle, as far as that is sure, and the places that are left to people. */
export function removeFromJavaScript(path: string, text: string, end: ToggleEnd): Removed | Unparsed {
  const parsed = parseJavaScript(path, text)
  if (!('file' in parsed)) return parsed
  try {
    return withoutToggle(path, parsed.file, text, end)
  } catch (thrown) {
    if (thrown instanceof RangeError) return { why: NESTED, line: 1, column: 1 }
    throw thrown
  }
}

function withoutToggle(path: string, file: CodeNode, text: string, end: ToggleEnd): Removed {
  const [scopes, edits] = [scopesOf(file), editsOf(text)]
  const evaluator = evaluatorOf(file, scopes, end)
  const lines = lineEdits(text, edits, templatesIn(file))
  const looking = { text, scopes, evaluator, edits, lines, isShared: isScript(file, text), acts: end.acts ?? (() => false) }
  const { deferred, constants, visit } = simplify(file, looking)
  removeUnused(looking)
  for (const node of deferred) {
    const { init } = node
    if (isCodeNode(init) && !edits.isGone(init)) visit(init, [node])
  }
  // What a constant that stays was made of may be used no more.
  removeUnused(looking)
  const made = edits.apply()
  const separators = separatorsIn(path, made, new Set(bracketsOnNextLine(file, text).map(({ behind }) => behind)))
  const whole = separated(made, separators)
  const held = constants.filter(isShown)
  const exports = exportedConstants(file, { scopes, evaluator, end, isHeld: (range) => held.some((each) => isWithin(each, range)) })
  const left = [...[...evaluator.refusals].map(([node, why]) => ({ node, why })), ...held.map((node) => ({ node, why: HELD }))]
  const places = left.flatMap(({ node, why }) => (isShown(node) || !edits.isGone(node) ? [{ ...placeOf(node), why }] : []))
  return { text: whole, left: places, exports, acts: actsOnLoad(file) }

  function placeOf({ start }: TextRange) {
    const at = edits.after(start)
    return placeAt(whole, at + separators.filter((each) => each <= at).length)
  }

  /** A replaced place is there still; one within what went is not. */
  function isShown(node: TextRange): boolean {
    const at = edits.after(node.start)
    return /^(?:true|false|\w+: (?:true|false))/.test(made.slice(at, at + 80)) && !edits.isGone({ start: node.start - 1, end: node.end })
  }
}

/** Neither a module nor one of CommonJS. */
function isScript({ program }: CodeNode, text: string): boolean {
  return isCodeNode(program) && program['sourceType'] === 'script' && !/\b(?:require\s*\(|module\.exports|exports\.)/.test(text)
}

function templatesIn(node: CodeNode): readonly TextRange[] {
  return node.type === 'TemplateElement' ? [node] : nodesIn(node).flatMap(templatesIn)
}

/** Where a semicolon is missing now, because what stood between two lines is gone. */
function separatorsIn(path: string, made: string, known: ReadonlySet<string>): readonly number[] {
  const parsed = parseJavaScript(path, made)
  if (!('file' in parsed)) return []
  const found = bracketsOnNextLine(parsed.file, made).filter(({ behind }) => !known.has(behind))
  return found.map(({ at }) => at).toSorted((a, b) => a - b)
}

function separated(text: string, separators: readonly number[]): string {
  return [0, ...separators].map((at, nth) => text.slice(at, separators[nth])).join(';')
}
