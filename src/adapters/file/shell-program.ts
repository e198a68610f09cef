import type { EnvLine } from '../../core/toggle/env-text.ts'

/** Behind these a shell expects a command (POSIX, 2.9). */
const GOES_ON: ReadonlySet<string> = new Set(['if', 'while', 'until', 'then', 'do', 'else', 'elif', '!'])
const OPENS: ReadonlySet<string> = new Set(['if', 'while', 'until', 'for', 'case'])
const CLOSES: ReadonlySet<string> = new Set(['fi', 'done', 'esac'])
const LEAVES: ReadonlySet<string> = new Set(['return', 'exit', 'exec'])
const HERE = /(?<!<)<<-?[ \t]*(["']?)(?<end>[\w.-]+)\1/
const NAMED = /(?:^|[\s;&|])(\w+)\+?=/g
const NAME = /^[a-z_]\w*$/i
const REDIRECTED = /<<-?|>>|<>|>\||[<>]&/g
const LOOSE = /[<>][ \t]*(?:$|[;|&)<>])/
const CHANGED = /(?:^|[\s;&|])(?:for[ \t]+(?=(\w+))|(?:unset|read)[ \t]+(?=([^;&|<]*)))/g

/**
 * Returns for each line whether a shell may never come to it: it stands in a block, in the text of a here-document, or
 * behind what leaves the file.
 */
export function skippedAt(lines: readonly EnvLine[]): readonly boolean[] {
  const isHere = hereAt(lines)
  let depth = 0
  let hasLeft = false
  return lines.map((line, nth) => {
    const isSkipped = depth > 0 || hasLeft
    if (isHere[nth] === true) return true
    const code = codeOf(line)
    const words = commandsIn(code)
    const opened = words.filter((word) => OPENS.has(word)).length + (/(?:&&|\|\|)[ \t]*\{/.test(code) ? 1 : 0)
    const closed = words.filter((word) => CLOSES.has(word)).length + (/^[ \t]*\}/.test(code) ? 1 : 0)
    depth = Math.max(0, depth + opened - closed)
    hasLeft ||= words.some((word) => LEAVES.has(word))
    return isSkipped
  })
}

/** Returns for each line whether it is the text of a here-document, or the end of one. */
function hereAt(lines: readonly EnvLine[]): readonly boolean[] {
  let end: string | undefined
  return lines.map((line) => {
    const isHere = end !== undefined
    if (!isHere) end = codeOf(line).includes('<<') ? HERE.exec(line.text)?.groups?.['end'] : undefined
    else if (line.text.trim() === end) end = undefined
    return isHere
  })
}

/** Returns the variables that a shell changes by a line in another way than by the `NAME=value` that it is read as. */
export function changedBy(line: EnvLine): readonly string[] {
  const code = codeOf(line)
  const named = [...code.matchAll(NAMED)].map(([, name = '']) => name)
  const changed = [...code.matchAll(CHANGED)].flatMap(([, one = '', several = '']) => [one, ...several.split(/\s+/)])
  return [...named, ...changed]
}

/**
 * Returns for each line whether a shell ends there, at a mistake or on purpose: a `<` without a file, a `}` without a `{`,
 * a `${` without an end or that asks for what is not set (`${A?}`), a name to `export` that is none.
 */
export function brokenAt(lines: readonly EnvLine[]): readonly boolean[] {
  const isHere = hereAt(lines)
  const open: number[] = []
  const broken = lines.map((line, nth) => {
    if (isHere[nth] === true) return false
    const code = codeOf(line)
    const text = /^[ \t]*#/.test(line.text) ? '' : line.text
    const words = code.split(/[\s;&|]+/)
    for (const word of words) if (word === '{') open.push(nth)
    const isClosed = words.filter((word) => word === '}').every(() => open.pop() !== undefined)
    return !isClosed || LOOSE.test(code.replaceAll(REDIRECTED, '>')) || namesIn(text).some((name) => !NAME.test(name)) || isUnset(text)
  })
  for (const nth of open) broken[nth] = true
  return broken
}

/** Tells whether a shell takes in what stands elsewhere, and what may change any variable. */
export function takesIn(line: EnvLine): boolean {
  return /(?:^|[;&|])[ \t]*(?:\.|source|eval)[ \t]/.test(codeOf(line))
}

/** What stands behind `export` and its like. */
function namesIn(text: string): readonly string[] {
  const [, listed = ''] = /^[ \t]*(?:export|readonly|unset)[ \t]+([^;&|<>]*)/.exec(withoutQuotes(text)) ?? []
  return listed.split(/[ \t]+/).flatMap((each) => (/^(?:$|-|''|.*\$)/.test(each) ? [] : each.replace(/=.*/, '')))
}

/** Whether a shell ends at a parameter: it is not closed, has no name, or must be set. */
function isUnset(text: string): boolean {
  const code = text.replaceAll(/\\.|'[^']*'/g, '')
  return /\$\{(?!#?[\w@*#?$!-]+[}:%#+=/^,-])|\$\{\w+:?\?/.test(code) || code.lastIndexOf('${') > code.lastIndexOf('}')
}

/** The words where a shell expects a command. */
function commandsIn(code: string): readonly string[] {
  return code.split(/[;&|{}]+/).flatMap((part) => {
    const words = part.trim().split(/\s+/)
    const last = words.findIndex((word) => !GOES_ON.has(word))
    return last === -1 ? words : words.slice(0, last + 1)
  })
}

/** What a shell carries out of a line: without comments, what stands between quotes, and the `NAME=value` it is read as. */
function codeOf({ text, assigns, mark, isInner }: EnvLine): string {
  if (mark || isInner || /^[ \t]*#/.test(text)) return ''
  const behind = assigns && (assigns.quote === '' ? assigns.value.replace(/^[^\s;&|<>]*/, '') : '') + assigns.tail.replace(/^["']/, '')
  const rest = behind ?? text
  return withoutQuotes(rest)
}

/** The text without comments and what stands between quotes. */
function withoutQuotes(text: string): string {
  return text.replaceAll(/"(?:\\.|[^"\\])*"|'[^']*'/g, "''").replace(/(?:^|[ \t])#.*/, '')
}
