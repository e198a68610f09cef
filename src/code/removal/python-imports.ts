import type { Edits } from './edits.ts'
import { removeItems } from './items.ts'
import type { LineEdits } from './lines.ts'
import type { PythonNode } from './python-node.ts'

/**
 * Takes out what is imported at the top of a module, was used there, and is used no more: where its name stands nowhere else in it,
 * in no string and no comment either. A line with a comment (`# noqa`) stays.
 */
export function removeImports(root: PythonNode, text: string, edits: Edits, lines: LineEdits): void {
  const all = importsIn(root)
  const without = (from: string): string => all.reduce((rest, { start, end }) => rest.replace(text.slice(start, end), ''), from)
  const [before, after] = [without(text), without(edits.apply())]
  const isUnused = (name: string): boolean => {
    const word = new RegExp(String.raw`(?<!\w)${name}(?!\w)`)
    return word.test(before) && !word.test(after)
  }
  for (const statement of all.filter((each) => root.children.includes(each) && isAlone(each, text))) {
    const names = statement.children.slice(statement.children.findIndex(({ kind }) => kind === 'import') + 1)
    const items = names.filter(({ kind }) => /^(?:dotted_name|aliased_import)$/.test(kind))
    const unused = items.filter((each) => isUnused(nameOf(each, text)))
    if (unused.length === 0) continue
    for (const { start, end } of unused) edits.remove(start, end)
    if (unused.length === items.length) lines.removeStatement(statement)
    else removeItems(items, edits, text)
  }
}

function importsIn(node: PythonNode): readonly PythonNode[] {
  return /^import_(?:from_)?statement$/.test(node.kind) ? [node] : node.children.flatMap(importsIn)
}

function isAlone({ start, end }: PythonNode, text: string): boolean {
  return /(?:^|\n)$/.test(text.slice(0, start)) && /^[ \t]*(?:\r?\n|$)/.test(text.slice(end)) && !text.slice(start, end).includes('#')
}

/** The name that an import gives: `a` of `import a.b`, `c` of `a as c`. */
function nameOf({ kind, children, start, end }: PythonNode, text: string): string {
  const alias = kind === 'aliased_import' ? children.at(-1) : undefined
  const name = alias ? text.slice(alias.start, alias.end) : text.slice(start, end)
  return name.split('.')[0]?.trim() ?? ''
}
