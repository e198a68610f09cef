import { editsOf } from './edits.ts'
import { lineEdits } from './lines.ts'
import type { LeftPlace, Removed } from './toggle-end.ts'

/** Files that hold what a variable is set to: one row a language of language.ts. */
const LINES: Readonly<Record<string, (name: string) => RegExp>> = {
  dotenv: (name) => new RegExp(`^[ \\t]*(?:export[ \\t]+)?${name}[ \\t]*=(?![ \\t]*["'][^"'\\n]*$).*$`, 'gm'),
  dockerfile: (name) =>
    new RegExp(`^[ \\t]*(?:ENV[ \\t]+${name}(?:=[^\\s\\\\]+|[ \\t]+[^\\s=\\\\]+)|ARG[ \\t]+${name}(?:=[^\\s\\\\]+)?)[ \\t]*\\r?$`, 'gm'),
  yaml: (name) => {
    const scalar = `(?:"[^"\\n]*"|'[^'\\n]*'|[^\\s"'|>&*!{\\[#][^\\n#]*?)?`
    const end = `[ \\t]*(?:#[^\\n]*)?\\r?$`
    const pair = `[ \\t]*["']?${name}["']?:[ \\t]+${scalar}${end}`
    const item = `[ \\t]*-[ \\t]+["']?${name}(?:=[^\\n]*)?["']?${end}`
    const named = `([ \\t]*)-[ \\t]+name:[ \\t]+["']?${name}["']?[ \\t]*\\r?\\n\\1[ \\t]+value:[ \\t]+${scalar}${end}`
    return new RegExp(`^(?:${named}|${item}|${pair})`, 'gm')
  },
}

/** Returns a file of settings without a variable, where its line stands for itself; undefined for any other language. */
export function removeSetting(language: string, text: string, names: readonly string[]): Removed | undefined {
  const lineOf = LINES[language]
  if (!lineOf) return undefined
  const edits = editsOf(text)
  const { removeStatement } = lineEdits(text, edits, [])
  const left: LeftPlace[] = []
  for (const name of names) {
    for (const { 0: whole, index } of text.matchAll(lineOf(name))) {
      const start = index + (whole.length - whole.trimStart().length)
      const end = index + whole.trimEnd().length
      if (language === 'yaml' && !standsAlone(text, index, end))
        left.push({ line: text.slice(0, start).split('\n').length, column: 1, why: 'it is the only one there, or more belongs to it' })
      else removeStatement({ start, end })
    }
  }
  return { text: edits.apply(), left }
}

/** Whether a line of YAML has a neighbour on its level, without which the list around it would be nothing, and none below. */
function standsAlone(text: string, start: number, end: number): boolean {
  const before = text.slice(0, start).split('\n').slice(0, -1).filter(isSaid)
  const behind = text.slice(end).split('\n').slice(1).filter(isSaid)
  const own = indentOf(text.slice(start))
  const next = behind[0]
  if (next !== undefined && indentOf(next) > own) return false
  const isNeighbour = (line: string | undefined): boolean => line !== undefined && indentOf(line) === own
  const last = before.findLast((line) => indentOf(line) <= own)
  return isNeighbour(next) || isNeighbour(last)
}

function isSaid(line: string): boolean {
  return line.trim() !== '' && !line.trim().startsWith('#')
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length
}
