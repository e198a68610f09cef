const ASSIGNMENT = /^[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.-]*)[ \t]*=([ \t]*)/
/** What may stand behind a closing quote. */
const END = /^[ \t]*(?:[ \t]#.*)?$/

/**
 * The `NAME=value` lines of an env file, read as the program that writes them reads them: comments, `export`, quotes, a
 * byte order mark, and values of several lines, within which nothing is an assignment. The last of several counts.
 */
export function parseFile(text: string): Readonly<Record<string, string>> {
  const found: [name: string, value: string][] = []
  for (let at = text.startsWith('\ufeff') ? 1 : 0; at < text.length;) {
    const end = lineEnd(text, at)
    const line = text.slice(at, end).replace(/\r$/, '')
    const [whole, name, blanks = ''] = ASSIGNMENT.exec(line) ?? []
    const from = at + (whole?.length ?? 0)
    at = end + 1
    if (whole === undefined || name === undefined) continue
    const close = closing(text, from)
    if (close !== undefined && close >= end) at = lineEnd(text, close) + 1
    const rest = line.slice(whole.length)
    const isWhole = close !== undefined && (close >= end || END.test(line.slice(whole.length + close - from + 1)))
    // What goes on behind its closing quote is left as it stands: it is no word, and off.
    found.push([name, isWhole ? text.slice(from + 1, close) : bare(blanks + rest)])
  }
  return Object.fromEntries(found)
}

function lineEnd(text: string, at: number): number {
  const newline = text.indexOf('\n', at)
  return newline === -1 ? text.length : newline
}

/** Index of the quote that closes the one at `from`, on whatever line; undefined where there is none. */
function closing(text: string, from: number): number | undefined {
  const quote = text[from]
  if (quote !== '"' && quote !== "'") return undefined
  for (let at = from + 1; at < text.length; at += 1) {
    // A backslash protects only between double quotes.
    if (quote === '"' && text[at] === '\\') at += 1
    else if (text[at] === quote) return at
  }
  return undefined
}

function bare(rest: string): string {
  const comment = rest.search(/[ \t]#/)
  return (comment === -1 ? rest : rest.slice(0, comment)).trim()
}
