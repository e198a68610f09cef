import { parseMark, type Mark } from './mark.ts'

/*
 * The text of an env file, as the program that writes it and the applications that read it understand it: one parser, so
 * that nothing is confirmed that an application would not believe.
 */

/** One `NAME=value` of an env file, with everything around the value. */
export interface Assignment {
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

/** One line of an env file. A line that is no assignment, no comment and no mark is somebody else's, and left aside. */
export interface EnvLine {
  readonly text: string
  readonly end: '' | '\n' | '\r\n'
  readonly assigns?: Assignment
  readonly mark?: Mark
  /** A name alone, as docker passes it on from the environment of its caller. */
  readonly passes?: string
  /** It goes on with the value of a line before. */
  readonly isInner?: true
}

/** A variable of an env file. */
export interface Variable {
  readonly value: string
  /** Why readers would not agree on it, as a sentence. */
  readonly unclear?: string
}

/** An env file that was read. */
export interface EnvText {
  readonly bom: string
  readonly lines: readonly EnvLine[]
  /** Why it must not be believed: half a file, or none. */
  readonly problem?: string
  /** A quote that nothing closes, which would swallow whatever is written behind it. */
  readonly isOpen: boolean
}

const ASSIGNMENT = /^([ \t]*(?:export[ \t]+)?([\w.-]+)[ \t]*=)([ \t]*)/
const MARK = /^# rollout:(\d.*?)[ \t]*$/
const COMMENT = /^[ \t]*(?:[#;]|$)/
const CONFLICT = /^(?:<{7}|\|{7}|={7}|>{7})(?: |$)/

/** Reads the text of an env file. */
export function parseEnv(text: string): EnvText {
  const bom = text.startsWith('\ufeff') ? '\ufeff' : ''
  const lines: EnvLine[] = []
  let problem: string | undefined
  let isOpen = false
  for (let at = bom.length; at < text.length;) {
    const line = lineAt(text, at)
    const from = at
    at += line.text.length + line.end.length
    const parsed = parseLine(line, lines.at(-1))
    lines.push(parsed)
    problem ??= problemOf(parsed, lines)
    const { assigns } = parsed
    if (!assigns || assigns.quote === '' || assigns.unclear === undefined) continue
    // What lies inside a value of several lines is no assignment and no mark.
    const close = closing(text, from + assigns.head.length, assigns.quote) ?? -1
    if (close === -1) {
      isOpen = true
      problem = `${assigns.name} on line ${lines.length} opens a quote that nothing closes`
      break
    }
    while (at <= close) {
      const inner = lineAt(text, at)
      lines.push({ ...inner, isInner: true })
      at += inner.text.length + inner.end.length
    }
  }
  if (!lines.some(({ assigns }) => assigns)) problem ??= strangerIn(lines)
  return { bom, lines, isOpen, ...(problem !== undefined && { problem }) }
}

/**
 * Returns the variables by name. One that is written twice with different values is unclear, and so is one that is
 * passed on.
 */
export function variablesOf(lines: readonly EnvLine[]): ReadonlyMap<string, Variable> {
  const variables = new Map<string, Variable & { readonly line: number }>()
  for (const [nth, { assigns }] of lines.entries()) {
    if (!assigns) continue
    const { name, value } = assigns
    const line = nth + 1
    const before = variables.get(name)
    const unclear =
      before?.unclear ??
      (assigns.unclear !== undefined ? `${name} on line ${line} ${assigns.unclear}` : undefined) ??
      (before && before.value !== value ? `${name} is "${before.value}" on line ${before.line} and "${value}" on line ${line}` : undefined)
    variables.set(name, { value, line: before?.line ?? line, ...(unclear !== undefined && { unclear }) })
  }
  for (const [nth, { passes = '' }] of lines.entries()) {
    const held = variables.get(passes)
    const unclear = `${passes} on line ${nth + 1} is taken from the environment of whoever reads the file`
    if (held) variables.set(passes, { unclear, ...held })
  }
  return variables
}

function parseLine(line: Pick<EnvLine, 'text' | 'end'>, before: EnvLine | undefined): EnvLine {
  const mark = parseMark(MARK.exec(line.text)?.[1] ?? '')
  if (mark) return { ...line, mark }
  const assigns = assignmentOf(line.text, before)
  if (assigns) return { ...line, assigns }
  const [, passes] = /^[ \t]*([\w.-]+)[ \t]*$/.exec(line.text) ?? []
  return { ...line, ...(passes !== undefined && { passes }) }
}

function problemOf({ text, end, assigns }: EnvLine, lines: readonly EnvLine[]): string | undefined {
  if (text.includes('\0')) return `line ${lines.length} is not text`
  if (CONFLICT.test(text)) return `line ${lines.length} is left over from a merge`
  if (end === '' && !assigns && !COMMENT.test(text) && !endsInBackslash(lines.at(-2)?.text ?? ''))
    return `line ${lines.length} is no NAME=value and has no end: it may be cut off`
  return undefined
}

/** A page of HTML is no env file, nor is a list. */
function strangerIn(lines: readonly EnvLine[]): string | undefined {
  const nth = lines.findIndex(({ text }) => !COMMENT.test(text))
  return nth === -1 ? undefined : `line ${nth + 1} is no NAME=value, nor is any other`
}

function lineAt(text: string, at: number): { readonly text: string; readonly end: EnvLine['end'] } {
  const newline = text.indexOf('\n', at)
  if (newline === -1) return { text: text.slice(at), end: '' }
  const isCrlf = newline > at && text[newline - 1] === '\r'
  return { text: text.slice(at, isCrlf ? newline - 1 : newline), end: isCrlf ? '\r\n' : '\n' }
}

function assignmentOf(text: string, before: EnvLine | undefined): Assignment | undefined {
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
