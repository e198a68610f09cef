import type { EnvLine } from '../../core/toggle/env-text.ts'

/** Behind these a shell expects a command (POSIX, 2.9). */
const GOES_ON: ReadonlySet<string> = new Set(['if', 'while', 'until', 'then', 'do', 'else', 'elif', '!'])
const OPENS: ReadonlySet<string> = new Set(['if', 'while', 'until', 'for', 'case'])
const CLOSES: ReadonlySet<string> = new Set(['fi', 'done', 'esac'])
const LEAVES: ReadonlySet<string> = new Set(['return', 'exit', 'exec'])
const HERE = /(?<!<)<<-?[ \t]*(["']?)(?<end>[\w.-]+)\1/
const NAMED = /(?:^|[\s;&|])(\w+)\+?=/g
const CHANGED = /(?:^|[\s;&|])(?:for[ \t]+(?=(\w+))|(?:unset|read)[ \t]+(?=([^;&|<]*)))/g

/**
 * Returns for each line whether a shell may never come to it: it stands in a block, in the text of a here-document, or
 * behind what leaves the file.
 */
export function skippedAt(lines: readonly EnvLine[]): readonly boolean[] {
  let depth = 0
  let end: string | undefined
  let hasLeft = false
  return lines.map((line) => {
    const isSkipped = depth > 0 || end !== undefined || hasLeft
    if (end !== undefined) {
      if (line.text.trim() === end) end = undefined
      return isSkipped
    }
    const code = codeOf(line)
    const words = commandsIn(code)
    const opened = words.filter((word) => OPENS.has(word)).length + (/(?:&&|\|\|)[ \t]*\{/.test(code) ? 1 : 0)
    const closed = words.filter((word) => CLOSES.has(word)).length + (/^[ \t]*\}/.test(code) ? 1 : 0)
    depth = Math.max(0, depth + opened - closed)
    hasLeft ||= words.some((word) => LEAVES.has(word))
    end = code.includes('<<') ? HERE.exec(line.text)?.groups?.['end'] : undefined
    return isSkipped
  })
}

/** Returns the variables that a shell changes by a line in another way than by the `NAME=value` that it is read as. */
export function changedBy(line: EnvLine): readonly string[] {
  const code = codeOf(line)
  const named = [...code.matchAll(NAMED)].map(([, name = '']) => name)
  const changed = [...code.matchAll(CHANGED)].flatMap(([, one = '', several = '']) => [one, ...several.split(/\s+/)])
  return [...named, ...changed]
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
  const behind = assigns && (assigns.quote === '' ? assigns.value.replace(/^[^\s;&|]*/, '') : '') + assigns.tail.replace(/^["']/, '')
  const rest = behind ?? text
  return rest.replaceAll(/"(?:\\.|[^"\\])*"|'[^']*'/g, "''").replace(/(?:^|[ \t])#.*/, '')
}
