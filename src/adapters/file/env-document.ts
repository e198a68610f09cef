import { isReplaced } from '../../core/journal/fence.ts'
import type { Refusal, Words } from '../../core/ports.ts'
import { parseEnv, variablesOf, type Assignment, type EnvLine, type EnvText } from '../../core/toggle/env-text.ts'
import { formatMark, type Mark } from '../../core/toggle/mark.ts'
import { RolloutError } from '../../core/values/errors.ts'
import { clashIn, inDialect, spoilerIn, type Clash, type Dialect } from './dialect.ts'

/** Matches text that every reader of env files takes literally, between quotes or not. */
const WORD = /^[\w.%+:,;=@/-]*$/

/**
 * The words the named variables have. Throws `conflict` when one is written twice with different values, goes over several
 * lines or means something else to readers of the dialect, and when an application that reads the file by the SDK would
 * not believe it: whatever is read is what applications agree on.
 */
export function readWords(document: string, names: readonly string[], { dialect = 'any' }: { readonly dialect?: Dialect } = {}): Words {
  const text = parse(document)
  const { lines, problem } = text
  if (problem !== undefined)
    throw new RolloutError('conflict', { message: problem, hint: 'mend it by hand: an application would keep what it read before' })
  checkClear(text, names, dialect)
  const spoiler = spoilerIn(text, new Set(names), dialect)
  if (spoiler) throw clashing(text, spoiler, dialect)
  const variables = variablesOf(lines)
  return Object.fromEntries(names.map((name) => [name, variables.get(name)?.value]))
}

/** Every variable with its word, as the SDK reads them. */
export function readAll(document: string): Words {
  return Object.fromEntries([...variablesOf(parse(document).lines)].map(([name, { value }]) => [name, value]))
}

/** The marks, in their order. */
export function readMarks(document: string): readonly Mark[] {
  return parse(document).lines.flatMap(({ mark }) => mark ?? [])
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
  const text = parse(document)
  const { bom, lines, problem, isOpen } = text
  // To a shell everything behind an open quote belongs to it, and the next quote that is written would close it.
  if (isOpen && Object.keys(words).length > 0)
    throw new RolloutError('conflict', { message: problem ?? '', hint: 'close it, or put the other kind of quote around the value' })
  checkClear(text, Object.keys(words), dialect)
  for (const word of Object.values(words)) {
    const refusal = refuseEnvWord(word)
    if (refusal) throw new RolloutError('config', refusal)
  }
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
  const rest = document.slice(bom.length + lines.reduce((length, line) => length + line.text.length + line.end.length, 0))
  const written = bom + append(edited.join('') + rest, added, lines, dialect)
  // What is added may follow something that it would be a part of. Whatever else is wrong is said when it is read.
  checkClear(parse(written), Object.keys(words), dialect)
  return written
}

/** Returns why no env file can hold a word, whoever reads it. */
export function refuseEnvWord(word: string): Refusal | undefined {
  if (WORD.test(word)) return undefined
  return { message: `"${word}" cannot be a word in an env file`, hint: 'words: in the inventory chooses others' }
}

/** The line that holds a mark. */
export function markLine(mark: Mark): string {
  return `# rollout:${formatMark(mark)}`
}

/** A text is asked for its marks, for its words and to be edited, one after the other. */
let newest: { readonly document: string; readonly text: EnvText } | undefined

function parse(document: string): EnvText {
  if (newest?.document !== document) newest = { document, text: parseEnv(document) }
  return newest.text
}

function checkClear(text: EnvText, names: readonly string[], dialect: Dialect): void {
  const variables = variablesOf(text.lines)
  const unclear = names.map((name) => variables.get(name)?.unclear).find((each) => each !== undefined)
  if (unclear !== undefined) throw new RolloutError('conflict', { message: unclear, hint: 'a toggle is one word on one line' })
  const clash = clashIn(text, new Set(names), dialect)
  if (clash) throw clashing(text, clash, dialect)
}

function clashing({ lines }: EnvText, { line, says }: Clash, dialect: Dialect): RolloutError {
  const name = lines[line - 1]?.assigns?.name
  return new RolloutError('conflict', {
    message: `${name === undefined ? '' : `${name} on `}line ${line} ${says}`,
    hint: `for dialect: ${dialect} a toggle is NAME=word and no more`,
  })
}

function append(document: string, added: readonly string[], lines: readonly EnvLine[], dialect: Dialect): string {
  if (added.length === 0) return document
  // To a shell a carriage return is part of the value.
  const end = dialect !== 'sh' && lines.some((line) => line.end === '\r\n') ? '\r\n' : '\n'
  const isOpen = document !== '' && !document.endsWith('\n')
  return isOpen ? document + end + added.join(end) : document + added.join(end) + end
}

function assigned({ head, quote, tail }: Assignment, word: string, dialect: Dialect): string {
  return head + (quote === '' ? inDialect(word, dialect) : word) + tail
}
