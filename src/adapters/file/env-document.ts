import { RolloutError } from '../../core/values/errors.ts'
import type { Words } from '../../core/ports.ts'
import { isReplaced } from '../../core/journal/fence.ts'
import { formatMark, parseMark, type Mark } from '../../core/toggle/mark.ts'

/** One `NAME=value` of an env file, with everything around the value. */
interface Assignment {
  readonly name: string
  /** Everything before the value: indentation, `export NAME=`, the opening quote. */
  readonly head: string
  readonly quote: '' | '"' | "'"
  readonly value: string
  /** Everything after the value: the closing quote, blanks, a comment. */
  readonly tail: string
  /** Why readers of env files would not agree on the value. */
  readonly unclear?: string
}

interface Line {
  readonly text: string
  readonly end: '' | '\n' | '\r\n'
  readonly assigns?: Assignment
  readonly mark?: Mark
  /** It opens a quote that nothing closes. */
  readonly isOpen?: boolean
}

const ASSIGNMENT = /^([ \t]*(?:export[ \t]+)?([A-Za-z_][\w.-]*)[ \t]*=)([ \t]*)/
/** `# rollout:42 of:shop/1a2b3c4d5e6f reloaded:00c0ffee`: a comment in the file. */
const MARK = /^# rollout:(\d.*?)[ \t]*$/
/** Matches text that every reader of env files takes literally, between quotes or not. */
const WORD = /^[\w.%+:,;=@/-]*$/

/**
 * The words the named variables have. Throws `conflict` when one is written twice with different
 * values or goes over several lines: applications would not agree on what they read.
 */
export function readWords(document: string, names: readonly string[]): Words {
  const { lines } = parse(document)
  return Object.fromEntries(names.map((name) => [name, wordOf(lines, name)]))
}

/** The marks, in their order. */
export function readMarks(document: string): readonly Mark[] {
  return parse(document).lines.flatMap(({ mark }) => mark ?? [])
}

/**
 * The document with these words and this mark, and nothing else changed: comments, order, quotes, `export`,
 * line ends, byte-order mark and a missing last newline all stay; what was not there is added at the end, and what
 * is to be empty and is not there stays away.
 * Throws like `readWords`, `conflict` where a quote is open, and `config` for a word that would not read the same everywhere.
 */
export function writeWords(document: string, words: { readonly [name: string]: string }, mark: Mark): string {
  const { bom, lines } = parse(document)
  for (const [name, word] of Object.entries(words)) {
    wordOf(lines, name)
    checkQuotes(lines)
    if (!WORD.test(word))
      throw new RolloutError('config', {
        message: `"${word}" cannot be a word in an env file`,
        hint: 'words: in the inventory chooses others',
      })
  }
  const marked = markLine(mark)
  const wanted = new Map(Object.entries(words))
  const edited = lines.map((line) => {
    if (line.mark && isReplaced(line.mark, mark)) return marked + line.end
    const word = wanted.get(line.assigns?.name ?? '')
    return (line.assigns && word !== undefined ? assigned(line.assigns, word) : line.text) + line.end
  })
  const known = new Set(lines.flatMap(({ assigns }) => assigns?.name ?? []))
  const added = [...wanted].flatMap(([name, word]) => (known.has(name) || word === '' ? [] : [`${name}=${quoted(word)}`]))
  if (!lines.some((line) => line.mark && isReplaced(line.mark, mark))) added.push(marked)
  return bom + append(edited.join(''), added, lines)
}

/** The line that holds a mark. */
export function markLine(mark: Mark): string {
  return `# rollout:${formatMark(mark)}`
}

/** To a shell everything behind an open quote belongs to it, and the next quote that is written would close it. */
function checkQuotes(lines: readonly Line[]): void {
  const nth = lines.findIndex(({ isOpen }) => isOpen)
  if (nth !== -1)
    throw new RolloutError('conflict', {
      message: `${lines[nth]?.assigns?.name} on line ${nth + 1} opens a quote that nothing closes`,
      hint: 'close it, or put the other kind of quote around the value',
    })
}

function append(document: string, added: readonly string[], lines: readonly Line[]): string {
  if (added.length === 0) return document
  const end = lines.some((line) => line.end === '\r\n') ? '\r\n' : '\n'
  const isOpen = document !== '' && !document.endsWith('\n')
  return isOpen ? document + end + added.join(end) : document + added.join(end) + end
}

function assigned({ head, quote, tail }: Assignment, word: string): string {
  return head + (quote === '' ? quoted(word) : word) + tail
}

/** A shell that sources the file would end the value at a semicolon. */
function quoted(word: string): string {
  return word.includes(';') ? `"${word}"` : word
}

function wordOf(lines: readonly Line[], name: string): string | undefined {
  const places = lines.flatMap(({ assigns }, nth) => (assigns?.name === name ? [{ ...assigns, line: nth + 1 }] : []))
  const [first] = places
  const unclear = places.find((place) => place.unclear !== undefined)
  if (unclear)
    throw new RolloutError('conflict', {
      message: `${name} on line ${unclear.line} ${unclear.unclear}`,
      hint: 'a toggle is one word on one line',
    })
  const other = places.find(({ value }) => value !== first?.value)
  if (first && other) {
    const message = `${name} is "${first.value}" on line ${first.line} and "${other.value}" on line ${other.line}`
    throw new RolloutError('conflict', { message, hint: 'remove one of them' })
  }
  return first?.value
}

function parse(document: string): { readonly bom: string; readonly lines: readonly Line[] } {
  const bom = document.startsWith('\ufeff') ? '\ufeff' : ''
  const lines: Line[] = []
  for (let at = bom.length; at < document.length;) {
    const line = lineAt(document, at)
    const from = at
    at += line.text.length + line.end.length
    const mark = markOf(line.text)
    const assigns = assignmentOf(line.text, lines.at(-1))
    lines.push({ ...line, ...(mark && { mark }), ...(assigns && { assigns }) })
    if (!assigns || assigns.quote === '' || assigns.unclear === undefined) continue
    // What lies inside a value of several lines is no assignment and no mark.
    const close = closing(document, from + assigns.head.length, assigns.quote) ?? -1
    if (close === -1) lines[lines.length - 1] = { ...line, assigns, isOpen: true }
    while (at <= close) {
      const inner = lineAt(document, at)
      lines.push(inner)
      at += inner.text.length + inner.end.length
    }
  }
  return { bom, lines }
}

function lineAt(document: string, at: number): { readonly text: string; readonly end: Line['end'] } {
  const newline = document.indexOf('\n', at)
  if (newline === -1) return { text: document.slice(at), end: '' }
  const isCrlf = newline > at && document[newline - 1] === '\r'
  return { text: document.slice(at, isCrlf ? newline - 1 : newline), end: isCrlf ? '\r\n' : '\n' }
}

function markOf(text: string): Mark | undefined {
  const [, mark] = MARK.exec(text) ?? []
  return mark === undefined ? undefined : parseMark(mark)
}

function assignmentOf(text: string, before: Line | undefined): Assignment | undefined {
  const [whole, head = '', name, blanks = ''] = ASSIGNMENT.exec(text) ?? []
  if (whole === undefined || name === undefined) return undefined
  const rest = text.slice(whole.length)
  const follows = before && endsInBackslash(before.text) && { unclear: 'follows a line that ends in a backslash' }
  const quote = rest.startsWith('"') ? '"' : rest.startsWith("'") ? "'" : ''
  if (quote !== '') return { name, head: whole + quote, quote, ...between(rest, quote), ...follows }
  const comment = (blanks + rest).search(/[ \t]#/)
  const value = withoutBlanks(comment === -1 ? rest : rest.slice(0, Math.max(0, comment - blanks.length)))
  if (value === '') return { name, head, quote, value, tail: blanks + rest, ...follows }
  return {
    name,
    head: whole,
    quote,
    value,
    tail: rest.slice(value.length),
    ...(endsInBackslash(rest) && { unclear: 'goes over several lines' }),
    ...follows,
  }
}

/** Only blanks and tabs: to a shell a no-break space, or a carriage return that ends no line, is part of the value. */
function withoutBlanks(text: string): string {
  let end = text.length
  while (text[end - 1] === ' ' || text[end - 1] === '\t') end -= 1
  return text.slice(0, end)
}

function between(rest: string, quote: '"' | "'"): Pick<Assignment, 'value' | 'tail' | 'unclear'> {
  const end = closing(rest, 1, quote)
  if (end === undefined) return { value: rest.slice(1), tail: '', unclear: 'goes over several lines' }
  const tail = rest.slice(end)
  return { value: rest.slice(1, end), tail, ...(!/^.[ \t]*(?:[ \t]#.*)?$/.test(tail) && { unclear: 'goes on after its closing quote' }) }
}

/** Where the quote ends that was opened before `from`; a backslash protects only between double quotes. */
function closing(text: string, from: number, quote: '"' | "'"): number | undefined {
  for (let at = from; at < text.length; at += 1) {
    if (quote === '"' && text[at] === '\\') at += 1
    else if (text[at] === quote) return at
  }
  return undefined
}

/** To a shell the next line belongs to this one; a comment ends where its line ends. */
function endsInBackslash(text: string): boolean {
  if (text.trimStart().startsWith('#')) return false
  let from = text.length
  while (text[from - 1] === '\\') from -= 1
  return (text.length - from) % 2 === 1
}
