import { isReplaced } from '../../core/journal/fence.ts'
import type { Words } from '../../core/ports.ts'
import { parseEnv, variablesOf, type Assignment, type EnvLine } from '../../core/toggle/env-text.ts'
import { formatMark, type Mark } from '../../core/toggle/mark.ts'
import { RolloutError } from '../../core/values/errors.ts'
import { clashOf, inDialect, type Dialect } from './dialect.ts'

/** Matches text that every reader of env files takes literally, between quotes or not. */
const WORD = /^[\w.%+:,;=@/-]*$/

/**
 * The words the named variables have. Throws `conflict` when one is written twice with different values, goes over several
 * lines or means something else to readers of the dialect, and when an application that reads the file by the SDK would
 * not believe it: whatever is read is what applications agree on.
 */
export function readWords(document: string, names: readonly string[], { dialect = 'any' }: { readonly dialect?: Dialect } = {}): Words {
  const { lines, problem } = parseEnv(document)
  if (problem !== undefined)
    throw new RolloutError('conflict', { message: problem, hint: 'mend it by hand: an application would keep what it read before' })
  checkClear(lines, names, dialect)
  const variables = variablesOf(lines)
  return Object.fromEntries(names.map((name) => [name, variables.get(name)?.value]))
}

/** The marks, in their order. */
export function readMarks(document: string): readonly Mark[] {
  return parseEnv(document).lines.flatMap(({ mark }) => mark ?? [])
}

/**
 * The document with these words and this mark, and nothing else changed: comments, order, quotes, `export`,
 * line ends, byte-order mark and a missing last newline all stay; what was not there is added at the end, and what
 * is to be empty and is not there stays away.
 * Throws `conflict` where a word is unclear or a quote is open, and `config` for a word that would not read the same everywhere.
 */
export function writeWords(
  document: string,
  words: { readonly [name: string]: string },
  mark: Mark,
  { dialect = 'any' }: { readonly dialect?: Dialect } = {},
): string {
  const { bom, lines, problem, isOpen } = parseEnv(document)
  // To a shell everything behind an open quote belongs to it, and the next quote that is written would close it.
  if (isOpen && Object.keys(words).length > 0)
    throw new RolloutError('conflict', { message: problem ?? '', hint: 'close it, or put the other kind of quote around the value' })
  checkClear(lines, Object.keys(words), dialect)
  const strange = Object.values(words).find((word) => !WORD.test(word))
  if (strange !== undefined)
    throw new RolloutError('config', {
      message: `"${strange}" cannot be a word in an env file`,
      hint: 'words: in the inventory chooses others',
    })
  const marked = markLine(mark)
  const wanted = new Map(Object.entries(words))
  const edited = lines.map((line) => {
    if (line.mark && isReplaced(line.mark, mark)) return marked + line.end
    const word = wanted.get(line.assigns?.name ?? '')
    return (line.assigns && word !== undefined ? assigned(line.assigns, word, dialect) : line.text) + line.end
  })
  const known = new Set(lines.flatMap(({ assigns }) => assigns?.name ?? []))
  const added = [...wanted].flatMap(([name, word]) => (known.has(name) || word === '' ? [] : [`${name}=${inDialect(word, dialect)}`]))
  if (!lines.some((line) => line.mark && isReplaced(line.mark, mark))) added.push(marked)
  // Behind an open quote there are lines that nobody has looked at.
  const rest = document.slice(bom.length + lines.reduce((length, { text, end }) => length + text.length + end.length, 0))
  return bom + append(edited.join('') + rest, added, lines)
}

/** The line that holds a mark. */
export function markLine(mark: Mark): string {
  return `# rollout:${formatMark(mark)}`
}

function checkClear(lines: readonly EnvLine[], names: readonly string[], dialect: Dialect): void {
  const wanted = new Set(names)
  const variables = variablesOf(lines)
  const unclear = names.map((name) => variables.get(name)?.unclear).find((each) => each !== undefined)
  if (unclear !== undefined) throw new RolloutError('conflict', { message: unclear, hint: 'a toggle is one word on one line' })
  for (const [nth, { assigns }] of lines.entries()) {
    const clash = assigns && wanted.has(assigns.name) ? clashOf(assigns, dialect) : undefined
    if (clash !== undefined)
      throw new RolloutError('conflict', {
        message: `${assigns?.name} on line ${nth + 1} ${clash}`,
        hint: `for dialect: ${dialect} a toggle is NAME=word and no more`,
      })
  }
}

function append(document: string, added: readonly string[], lines: readonly EnvLine[]): string {
  if (added.length === 0) return document
  const end = lines.some((line) => line.end === '\r\n') ? '\r\n' : '\n'
  const isOpen = document !== '' && !document.endsWith('\n')
  return isOpen ? document + end + added.join(end) : document + added.join(end) + end
}

function assigned({ head, quote, tail }: Assignment, word: string, dialect: Dialect): string {
  return head + (quote === '' ? inDialect(word, dialect) : word) + tail
}
