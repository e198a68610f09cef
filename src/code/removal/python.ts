import { removeImports } from './python-imports.ts'
import { editsOf, type Edits, type TextRange } from './edits.ts'
import type { PythonNode } from './python-node.ts'
import { lineEdits, type LineEdits } from './lines.ts'
import type { Removed, ToggleEnd } from './toggle-end.ts'

interface Removing {
  readonly edits: Edits
  readonly lines: LineEdits
  readonly truthOf: (condition: PythonNode) => boolean | undefined
}

/**
 * Returns a file of Python without the toggle where a whole condition asks for it: `if os.getenv("X") == "true":`, `a if … else b`.
 * Everything else is left: a name at the top of a module is read by others.
 */
export function removeFromPython(path: string, root: PythonNode, text: string, end: ToggleEnd): Removed {
  const edits = editsOf(text)
  const lines = lineEdits(text, edits, stringsIn(root))
  if (writesVariable(text, end)) return { text, left: [] }
  const isOn = conditionOf(end, text)
  visit(root, { edits, lines, truthOf: ({ start, end: to }) => isOn(text.slice(start, to)) })
  if (!edits.isEmpty() && !path.endsWith('__init__.py')) removeImports(root, text, edits, lines)
  return { text: edits.apply(), left: [] }
}

/** `os.environ["X"] = …`, `os.environ.setdefault("X", …)`, `os.putenv("X", …)`: then it is no constant there. */
function writesVariable(text: string, { names }: ToggleEnd): boolean {
  const name = `["']?(?:${names.map((each) => each.replaceAll(/[^\w]/g, String.raw`\$&`)).join('|')})\\b["']?`
  const ways = [
    String.raw`environ\[\s*${name}\s*\]\s*=(?!=)`,
    String.raw`\bdel\s+(?:os\.)?environ\[\s*${name}`,
    String.raw`(?:environ\.(?:setdefault|pop)|putenv|unsetenv)\(\s*${name}`,
    String.raw`environ\.update\([^)]*${name}`,
  ]
  return new RegExp(ways.join('|')).test(text)
}

function visit(node: PythonNode, removing: Removing): void {
  for (const [nth, child] of node.children.entries()) {
    if (child.kind === 'if_statement') keepClause(child, node, nth, removing)
    else if (child.kind === 'conditional_expression') keepValue(child, removing)
    if (!removing.edits.isGone(child)) visit(child, removing)
  }
}

/** `if c: … elif c: … else: …`; what stands behind a condition that holds is never reached. */
function keepClause(statement: PythonNode, parent: PythonNode, nth: number, removing: Removing): void {
  const { lines, edits, truthOf } = removing
  const [, condition] = statement.children
  const block = statement.children.find(({ kind }) => kind === 'block')
  const truth = condition && truthOf(condition)
  // A function without its last `yield` is no generator any more.
  if (holds(parent, 'yield')) return
  if (!block || truth === undefined) return keepElif(statement, removing)
  const [next] = statement.children.filter(({ kind }) => /^(?:elif|else)_clause$/.test(kind))
  const rest = parent.children.slice(nth + 1).filter(({ kind }) => kind !== 'comment')
  const keep = (inner: PythonNode, owner: PythonNode): void => {
    const last = rest.at(-1)
    if (last && /^(?:return|raise|continue|break)_statement$/.test(inner.children.at(-1)?.kind ?? '')) lines.removeAfter(statement, last)
    const colon = owner.children.find(({ kind }) => kind === ':')
    lines.keepLines(statement, { start: colon?.end ?? inner.start, end: inner.end })
  }
  if (truth) return keep(block, statement)
  if (next?.kind === 'else_clause') {
    const inner = next.children.find(({ kind }) => kind === 'block')
    return inner && keep(inner, next)
  }
  // `elif` begins the statement now.
  if (next) return edits.replace(statement.start, next.start + 'elif'.length, 'if')
  const isAlone = parent.kind === 'block' && parent.children.every((each) => each === statement || each.kind === 'comment')
  return isAlone ? edits.replace(statement.start, statement.end, 'pass') : lines.removeStatement(statement)
}

function keepElif({ children, end }: PythonNode, { edits, truthOf }: Removing): void {
  const clauses = children.filter(({ kind }) => kind === 'elif_clause')
  const clause = clauses.find((each) => each.children[1] && truthOf(each.children[1]) !== undefined)
  const [, condition, colon] = clause?.children ?? []
  if (!clause || !condition || !colon) return
  if (truthOf(condition) === false) return edits.remove(children[children.indexOf(clause) - 1]?.end ?? clause.start, clause.end)
  edits.replace(clause.start, colon.start, 'else')
  edits.remove(clause.end, end)
}

function holds(node: PythonNode, kind: string): boolean {
  return node.children.some((each) => each.kind === kind || (!/^(?:function_definition|lambda)$/.test(each.kind) && holds(each, kind)))
}

function keepValue({ start, end, children }: PythonNode, { truthOf, lines }: Removing): void {
  const [first, , condition, , second] = children
  const truth = condition && truthOf(condition)
  const kept = truth ? first : second
  if (truth !== undefined && kept) lines.keepOnly({ start, end }, kept)
}

function stringsIn(node: PythonNode): readonly TextRange[] {
  return node.kind === 'string' ? [node] : node.children.flatMap(stringsIn)
}

/** Reads a condition that is one question for the toggle, and nothing else; undefined for any other. */
function conditionOf({ names, keep, words, asks }: ToggleEnd, program: string): (condition: string) => boolean | undefined {
  const name = `["'](?:${names.map((each) => each.replaceAll(/[^\w]/g, String.raw`\$&`)).join('|')})["']`
  const got = String.raw`(?:os\.)?(?:environ\.get|getenv)\(\s*${name}\s*(?:,\s*(?:["'][^"'\\]*["']|None)\s*,?\s*)?\)|(?:os\.)?environ\[\s*${name}\s*\]`
  const word = new RegExp(String.raw`^(?:${got})((?:\.(?:lower|upper|strip)\(\))*)\s*(==|!=|in|not in)\s*(.+)$`, 's')
  // A function of that name which the file itself writes may mean anything.
  const own = /\bdef\s+is_enabled\b/.test(program) ? [] : ['is_enabled']
  const call = new RegExp(String.raw`^(?:[\w.]+\.)?(?:${[...own, ...asks].join('|') || '$.'})\(\s*${name}\s*(?:,[\w\s.,="']*)?\)$`)
  const read = (written: string): boolean | undefined => {
    const text = written.trim()
    const inner = /^\((.*)\)$/s.exec(text)?.[1]
    if (inner !== undefined) return read(inner)
    const negated = /^not\s+(.*)$/s.exec(text)?.[1]
    if (negated !== undefined) {
      const truth = read(negated)
      return truth === undefined ? undefined : !truth
    }
    if (call.test(text)) return keep === 'on'
    const [, methods = '', operator = '', against = ''] = word.exec(text) ?? []
    const value = [...methods.matchAll(/lower|upper/g)].reduce(
      (made, [method]) => (method === 'upper' ? made.toUpperCase() : made.toLowerCase()),
      words[keep],
    )
    const texts = textsIn(operator.endsWith('in') ? against.replaceAll(/^[([{]|[)\]}]$/g, '') : against)
    // A word that the plan never writes is another contract than the plan's.
    const known = [words.on, words.off].map((each) => each.toLowerCase())
    if (!texts || !texts.some((each) => known.includes(each.toLowerCase())) || (!operator.endsWith('in') && texts.length !== 1))
      return undefined
    return texts.includes(value) === (operator === '==' || operator === 'in')
  }
  return read
}

/** The texts of a list of nothing else; undefined for any other. */
function textsIn(list: string): readonly string[] | undefined {
  const parts = list.split(',').map((each) => /^\s*(["'])([^"'\\]*)\1\s*$/.exec(each)?.[2])
  const texts = parts.flatMap((each) => (each === undefined ? [] : [each]))
  return texts.length === parts.length && texts.length > 0 ? texts : undefined
}
