import { parseMark, type Mark } from '../core/toggle/mark.ts'

/** What a hot file says. */
export interface EnvFile {
  readonly variables: ReadonlyMap<string, string>
  /** Variables that are written twice with different values, or so that readers of env files would not agree. */
  readonly unclear: ReadonlySet<string>
  /** `# rollout:42 of:shop/…`: the change that was written last; of several rollouts one each, `42+7`, in the order of the file. */
  readonly epoch: string | undefined
}

const ASSIGNMENT = /^[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.-]*)[ \t]*=([ \t]*)/
const MARK = /^# rollout:(\d.*?)[ \t]*$/

/**
 * Reads `NAME=value` lines as the CLI writes them: `export`, quotes, values of several lines between quotes, comments
 * and both line ends are understood. The reason when it is no such file: half a file must never be believed.
 */
export function parseEnvFile(text: string): EnvFile | string {
  const variables = new Map<string, string>()
  const unclear = new Set<string>()
  const epochs = new Map<string, number>()
  let isContinued = false
  const lines = text.replace(/^\ufeff/, '').split(/\r?\n/)
  for (let nth = 0; nth < lines.length; nth += 1) {
    const line = lines[nth] ?? ''
    const isBehindBackslash = isContinued
    isContinued = endsInBackslash(line)
    const mark = parseMark(MARK.exec(line)?.[1] ?? '')
    if (mark) epochs.set(ownerOf(mark), Math.max(epochs.get(ownerOf(mark)) ?? 0, mark.epoch))
    if (/^[ \t]*(?:#|$)/.test(line)) continue
    if (line.includes('\0')) return `line ${nth + 1} is not text`
    const [head, name, blanks = ''] = ASSIGNMENT.exec(line) ?? []
    if (head === undefined || name === undefined) {
      if (isBehindBackslash) continue
      return `line ${nth + 1} is no NAME=value`
    }
    const rest = line.slice(head.length)
    let read = { value: bare(blanks, rest), isClear: !isContinued, lines: 0 }
    if (rest.startsWith('"') || rest.startsWith("'")) {
      const found = quoted(rest, lines.slice(nth + 1))
      if (found === undefined) return `the quote that line ${nth + 1} opens is never closed`
      read = found
    }
    nth += read.lines
    if (isBehindBackslash || !read.isClear || (variables.get(name) ?? read.value) !== read.value) unclear.add(name)
    variables.set(name, read.value)
  }
  return { variables, unclear, epoch: epochs.size === 0 ? undefined : [...epochs.values()].join('+') }
}

function ownerOf({ identity }: Mark): string {
  return identity ? `${identity.name}@${identity.environment ?? ''}` : ''
}

function bare(blanks: string, rest: string): string {
  const comment = (blanks + rest).search(/[ \t]#/)
  return (comment === -1 ? rest : rest.slice(0, Math.max(0, comment - blanks.length))).trimEnd()
}

/** A value between quotes, and how many of the lines behind it takes; undefined when the quote is never closed. */
function quoted(rest: string, behind: readonly string[]) {
  let text = rest
  let end = closing(text)
  let lines = 0
  while (end === -1) {
    const next = behind[lines]
    if (next === undefined) return undefined
    lines += 1
    text += `\n${next}`
    end = closing(text)
  }
  return { value: text.slice(1, end), isClear: lines === 0 && /^[ \t]*(?:[ \t]#.*)?$/.test(text.slice(end + 1)), lines }
}

/** To a shell the next line belongs to this one; a comment ends where its line ends. */
function endsInBackslash(line: string): boolean {
  return !/^[ \t]*#/.test(line) && (/\\+$/.exec(line)?.[0].length ?? 0) % 2 === 1
}

/** Where the quote that opens the text closes; -1 when it does not. A backslash protects only between double quotes. */
function closing(text: string): number {
  const quote = text[0]
  for (let at = 1; at < text.length; at += 1) {
    if (quote === '"' && text[at] === '\\') at += 1
    else if (text[at] === quote) return at
  }
  return -1
}
