/** One entry between braces: `status=~"5.."`. */
export interface Matcher {
  readonly label: string
  readonly op: string
  readonly value: string
}

export interface Head {
  /** Before the braces, or quoted inside them where it has letters a plain name cannot have. */
  readonly name?: string
  readonly matchers: readonly Matcher[]
  /** Index of what follows. */
  readonly end: number
}

export interface Grammar {
  readonly quotes: readonly string[]
  readonly ops: readonly string[]
  /** Returns the text that a backslash and this letter stand for; undefined where the text is wrong. */
  readonly escape: (letter: string) => string | undefined
}

const NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*/y
const LABEL = /[a-zA-Z_][a-zA-Z0-9_]*/y
const BLANKS = /\s*/y
/** No series needs more, and an object with a million keys takes a minute to fill. */
const MOST_LABELS = 256

/**
 * Reads `name{label="value",…}` or `{"a name",label="value"}`, with blanks anywhere between; undefined when it is not
 * that. Scans with indexOf: a regular expression over a quoted string of megabytes overflows the stack.
 */
export function parseHead(text: string, grammar: Grammar): Head | undefined {
  let at = match(BLANKS, text, 0).length
  let name: string | undefined = match(NAME, text, at) || undefined
  at += name?.length ?? 0
  const brace = at + match(BLANKS, text, at).length
  if (text[brace] !== '{') return name === undefined ? undefined : { name, matchers: [], end: at }
  const matchers: Matcher[] = []
  const skip = (): void => void (at += match(BLANKS, text, at).length)
  at = brace + 1
  for (;;) {
    skip()
    if (text[at] === '}') break
    const quoted = parseQuoted(text, at, grammar)
    const label = quoted?.value ?? match(LABEL, text, at)
    if (label === '') return undefined
    at = quoted?.end ?? at + label.length
    skip()
    const op = grammar.ops.find((each) => text.startsWith(each, at))
    if (op === undefined) {
      if (!quoted || name !== undefined) return undefined
      name = label
    } else {
      at += op.length
      skip()
      const value = parseQuoted(text, at, grammar)
      if (!value) return undefined
      if (matchers.length === MOST_LABELS) return undefined
      matchers.push({ label, op, value: value.value })
      at = value.end
    }
    skip()
    if (text[at] === ',') at += 1
    else if (text[at] !== '}') return undefined
  }
  return { ...(name !== undefined && { name }), matchers, end: at + 1 }
}

function match(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0] ?? ''
}

function parseQuoted(
  text: string,
  from: number,
  { quotes, escape }: Grammar,
): { readonly value: string; readonly end: number } | undefined {
  const quote = text[from] ?? ''
  if (!quotes.includes(quote)) return undefined
  if (quote === '`') {
    const end = text.indexOf(quote, from + 1)
    return end === -1 ? undefined : { value: text.slice(from + 1, end), end: end + 1 }
  }
  const parts: string[] = []
  let at = from + 1
  let end = text.indexOf(quote, at)
  // Neither is searched for again before the other has passed it: escapes without end stay linear.
  let slash = text.indexOf('\\', at)
  while (end !== -1) {
    if (slash === -1 || slash > end) return { value: parts.join('') + text.slice(at, end), end: end + 1 }
    const meant = escape(text[slash + 1] ?? '')
    if (meant === undefined) return undefined
    parts.push(text.slice(at, slash), meant)
    at = slash + 2
    slash = text.indexOf('\\', at)
    if (end < at) end = text.indexOf(quote, at)
  }
  return undefined
}
