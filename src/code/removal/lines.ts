import type { Edits, TextRange } from './edits.ts'

/** Takes statements out of a text as a person would: with their lines, and without leaving two blank lines or too much indent. */
export interface LineEdits {
  /** A statement, with the whole of its lines where nothing else stands on them. */
  readonly removeStatement: (node: TextRange) => void
  /** A word between others, with the space before it. */
  readonly removeWord: (node: TextRange) => true
  /** All of a node but one part of it, between what is written in the place of the rest. */
  readonly keepOnly: (node: TextRange, kept: TextRange, around?: Around) => void
  /** All of a statement but these lines of it, which move to the left; where nothing is between the ends, the statement. */
  readonly keepLines: (node: TextRange, inner: TextRange) => void
  /** Everything from the end of one statement to the end of another, with the lines between. */
  readonly removeAfter: (last: TextRange, until: TextRange) => void
}

/** Text before and behind a part that stays. */
interface Around {
  readonly before: string
  readonly behind?: string
}

/** Opens the edits of lines. `fixed` are ranges that no indent belongs to, such as templates. */
export function lineEdits(text: string, edits: Edits, fixed: readonly TextRange[]): LineEdits {
  const removeStatement = (statement: TextRange): void => {
    const node = withoutNext(text, statement)
    const start = lineStart(text, node.start)
    const rest = /^[ \t;]*(?:\/\/[^\n]*)?(?:\r?\n|$)/.exec(text.slice(node.end, node.end + REACH))
    if (!isBlank(text.slice(start, node.start)) || !rest) return edits.remove(node.start, node.end)
    const end = node.end + rest[0].length
    edits.remove(start, end)
  }
  const removeWord = ({ start, end }: TextRange): true => {
    edits.remove(text.slice(0, start).trimEnd().length, end)
    return true
  }
  const keepOnly = (whole: TextRange, kept: TextRange, { before, behind = '' }: Around = { before: '' }): void => {
    const node = withoutNext(text, whole)
    if (node.start < kept.start || before !== '') edits.replace(node.start, kept.start, before)
    // At the very end there is no range to write it into but that of the last letter.
    if (kept.end < node.end) edits.replace(kept.end, node.end, behind)
    else if (behind !== '') edits.replace(kept.end - 1, kept.end, text.slice(kept.end - 1, kept.end) + behind)
  }
  const removeAfter = (last: TextRange, rest: TextRange): void => {
    const until = withoutNext(text, rest)
    const said = /^[ \t;]*(?:\/\/[^\n]*)?/.exec(text.slice(last.end, last.end + REACH))?.[0].length ?? 0
    const end = until.end + (/^[ \t;]*(?:\/\/[^\r\n]*)?/.exec(text.slice(until.end, until.end + REACH))?.[0].length ?? 0)
    edits.remove(last.end + said, end)
  }
  const keepLines = (node: TextRange, inner: TextRange): void => {
    const between = text.slice(inner.start, inner.end)
    const start = inner.start + (between.length - between.trimStart().length)
    const end = inner.end - (between.length - between.trimEnd().length)
    if (start >= end) return removeStatement(node)
    const [own, kept] = [indentAt(text, node.start), indentAt(text, start)]
    keepOnly(node, { start, end })
    dedent({ start, end }, kept.length - own.length)
  }
  const dedent = ({ start, end }: TextRange, by: number): void => {
    if (by <= 0) return
    for (let at = text.indexOf('\n', start) + 1; at > 0 && at < end; at = text.indexOf('\n', at) + 1) {
      if (fixed.some((each) => each.start < at && at <= each.end)) continue
      const indent = /^[ \t]*/.exec(text.slice(at, at + by))?.[0].length ?? 0
      edits.remove(at, at + indent)
    }
  }
  return { removeStatement, removeWord, keepOnly, keepLines, removeAfter }
}

/** As far as the end of a line is looked for. */
const REACH = 500

/** `a()` of `a()\n;[b]`: the semicolon belongs to what follows it. */
function withoutNext(text: string, { start, end }: TextRange): TextRange {
  const next = /\s*\n\s*;$/.exec(text.slice(start, end))
  return { start, end: next ? start + next.index : end }
}

function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1
}

function indentAt(text: string, offset: number): string {
  return /^[ \t]*/.exec(text.slice(lineStart(text, offset), offset))?.[0] ?? ''
}

function isBlank(text: string): boolean {
  return text.trim() === ''
}
