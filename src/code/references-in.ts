import type { Reference, ReferenceRole } from '../core/report/reference.ts'
import type { Language } from './language.ts'
import { isTestPath } from './left-out.ts'
import { comparesWord } from './compares-word.ts'
import type { Syntax } from './syntax.ts'

/** Word → the toggle it stands for: its name, and its variable where that is another. */
export type SoughtWords = ReadonlyMap<string, string>

/** How far an idiom reaches before a name and behind it. */
const REACH = 200
/** Of a line, in UTF-16 code units. */
const SHOWN = 160

/** Returns what finds these words where no letter, digit, `_` or `$` stands beside them, `$` before them aside. */
export function patternOf(words: SoughtWords): RegExp {
  const longestFirst = [...words.keys()].toSorted((a, b) => b.length - a.length)
  return new RegExp(`(?<![\\w])(?:${longestFirst.map((word) => word.replaceAll(/[^\w]/g, String.raw`\$&`)).join('|')})(?![\\w$])`, 'g')
}

/** A file of code, read. */
export interface CodeFile {
  readonly path: string
  /** Without a byte order mark. */
  readonly text: string
  readonly language: Language
  /** Absent where nothing reads its syntax. */
  readonly syntax?: Syntax
}

/** Returns every place of a file where one of these words stands, in order. */
export function referencesIn(code: CodeFile, words: SoughtWords): readonly Reference[] {
  const { path, text, language, syntax } = code
  const lines = lineStarts(text)
  const isTest = isTestPath(path)
  return [...text.matchAll(patternOf(words))].map(({ 0: word, index }): Reference => {
    const nth = lineAt(lines, index)
    const from = lines[nth] ?? 0
    const role = roleAt(code, index, index + word.length, from)
    const isCompared = role === 'asked' && comparesWord(...around(code, index, index + word.length, from))
    return {
      toggle: words.get(word) ?? word,
      file: path,
      line: nth + 1,
      column: index - from + 1,
      role,
      ...(isCompared && { compared: true }),
      language: language.name,
      by: syntax ? 'syntax' : 'text',
      isTest,
      code: excerpt(text.slice(from, (lines[nth + 1] ?? text.length + 1) - 1), index - from),
    }
  })
}

function roleAt(code: CodeFile, start: number, end: number, lineStart: number): ReferenceRole {
  const { language, syntax } = code
  const part = syntax?.partAt(start, end) ?? 'code'
  if (part === 'key') return 'asked'
  if (part === 'comment' || (part === 'text' && !language.readsStrings)) return 'mentioned'
  const [before, behind] = around(code, start, end, lineStart)
  const idiom = language.idioms.find((each) => each.before.test(before) && (each.behind?.test(behind) ?? true))
  return idiom?.role ?? (part === 'text' ? 'mentioned' : language.otherwise)
}

function around({ text, language }: CodeFile, start: number, end: number, lineStart: number): readonly [before: string, behind: string] {
  return [text.slice(language.byLine ? lineStart : Math.max(0, start - REACH), start), text.slice(end, end + REACH)]
}

function lineStarts(text: string): readonly number[] {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}

/** The line that an offset is in, by halving. */
function lineAt(starts: readonly number[], offset: number): number {
  let [low, high] = [0, starts.length - 1]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if ((starts[middle] ?? 0) <= offset) low = middle
    else high = middle - 1
  }
  return low
}

function excerpt(line: string, at: number): string {
  const from = line.length <= SHOWN ? 0 : Math.max(0, at - SHOWN / 4)
  return line.slice(from, from + SHOWN).trim()
}
