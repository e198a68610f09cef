import { editsOf } from './edits.ts'
import { lineEdits } from './lines.ts'
import { placeAt } from './place.ts'
import type { Removed } from './toggle-end.ts'

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

/** Who needs a variable still: the code, which would take it for unset, or a key, without which nothing would start. */
export interface Needed {
  readonly isAsked?: boolean
  readonly isReferred?: boolean
}

/** Tells whether a language is one of settings, which hold what a variable is set to. */
export function isSettings(language: string): boolean {
  return Object.hasOwn(LINES, language)
}

/** Returns a file of settings without a variable, where its line stands for itself; undefined for any other language. */
export function removeSetting(language: string, text: string, names: readonly string[], needed: Needed = {}): Removed | undefined {
  const lineOf = LINES[language]
  if (!lineOf) return undefined
  const edits = editsOf(text)
  const { removeStatement } = lineEdits(text, edits, [])
  const lines = names.flatMap((name) =>
    [...text.matchAll(lineOf(name))].map(({ 0: whole, index }) => ({
      start: index + (whole.length - whole.trimStart().length),
      end: index + whole.trimEnd().length,
    })),
  )
  const refused = lines.map(({ start, end }) => ({ start, why: whyNot({ language, text, ...needed }, start, end) }))
  for (const [nth, line] of lines.entries()) if (refused[nth]?.why === undefined) removeStatement(line)
  const made = edits.apply()
  // What is not set any more would be empty for whoever reads it beside.
  if (made !== text && names.some((name) => new RegExp(String.raw`(?:\$\{?|\benv\.)${name}\b`).test(made)))
    return { text, left: lines.map(({ start }) => ({ ...placeAt(text, start), why: 'something else in this file reads it' })) }
  return {
    text: made,
    left: refused.flatMap(({ start, why }) => (why === undefined ? [] : [{ ...placeAt(made, edits.after(start)), why }])),
  }
}

interface Settings extends Needed {
  readonly language: string
  readonly text: string
}

/** Why a line is not taken out; undefined where it is. */
function whyNot({ language, text, isAsked, isReferred }: Settings, start: number, end: number): string | undefined {
  if (isAsked) return 'code that stays asks for it'
  const before = text.slice(0, start)
  if (language === 'dotenv') return isWithinQuotes(before) ? 'it is in a text of several lines' : undefined
  if (language !== 'yaml') return undefined
  const [parent, ...above] = parentsOf(before)
  if ([parent, ...above].some((line) => line !== undefined && /[|>][+-]?\d?[+-]?\s*(?:#.*)?$/.test(line)))
    return 'it is in a text of several lines'
  if (isReferred && /^(?:data|stringData):/.test(parent ?? '')) return 'it is read by its key: take away first who reads it'
  // A list of names may be one of anything.
  if (/^-\s+["']?\w+["']?\s*(?:#.*)?$/.test(text.slice(start, end)) && !/^(?:-\s+)?environment:/.test(parent ?? ''))
    return 'its name is in a list'
  const lineStart = before.lastIndexOf('\n') + 1
  return standsAlone(text, lineStart, end) ? undefined : 'it is the only one there, or more belongs to it'
}

/** A value in quotes that a line before has opened. */
function isWithinQuotes(before: string): boolean {
  const rest = before.replaceAll(/^[^\n=]*=[ \t]*(?:"(?:[^"\\]|\\[\s\S])*"|'[^']*')/gm, '')
  return /^[^\n=#]*=[ \t]*["']/m.test(rest)
}

/** The lines that a place belongs to, the nearest first, without their indent. */
function parentsOf(before: string): readonly string[] {
  const lines = before.split('\n')
  const found: string[] = []
  let indent = lines.at(-1)?.length ?? 0
  for (const line of lines.slice(0, -1).toReversed()) {
    const isParent =
      isSaid(line) && (indentOf(line) < indent || (found.length === 0 && indentOf(line) === indent && /^\s*[^-\s].*:\s*$/.test(line)))
    if (!isParent) continue
    found.push(line.trim())
    indent = indentOf(line)
  }
  return found
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
