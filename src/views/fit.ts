import type { TerminalSize } from '../core/values/stream.ts'

/** A line of a page; where there is no room for all, those of a lower rank stay. */
export interface RankedLine {
  readonly text: string
  readonly rank: number
}

/** Returns the lines that a terminal has room for, the last row left to the cursor, and says how many there are besides. */
export function fitLines(lines: readonly RankedLine[], { columns, rows }: TerminalSize): string {
  const room = Math.max(1, rows - 1)
  const all = lines.flatMap(({ text, rank }, line) => rowsOf(text, columns).map((row) => ({ row, rank, line })))
  if (all.length <= room) return written(all.map(({ row }) => row))
  const kept = new Set(all.toSorted((a, b) => a.rank - b.rank).slice(0, Math.max(1, room - 1)))
  const cut = new Set(all.filter((each) => !kept.has(each)).map(({ line }) => line))
  const last = all.findLastIndex((each) => !kept.has(each))
  const more = room === 1 ? [] : [`  … ${cut.size} more ${cut.size === 1 ? 'line' : 'lines'}`]
  return written(all.flatMap((each, nth) => [...(kept.has(each) ? [each.row] : []), ...(nth === last ? more : [])]))
}

/** Colours, or one character. */
// oxlint-disable-next-line no-control-regex -- colours are control characters
const PART = /\u001b\[[\d;]*m|./gsu
const RESET = '\u001b[0m'
const COMBINING = /^[\p{Mn}\p{Me}\p{Cf}]$/u
/** East Asian wide and full-width characters (Unicode Annex 11), and emoji. */
const WIDE =
  /^[\p{Emoji_Presentation}\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]$/u

/** Returns the rows that a line takes in so many columns, each with the colours that it has there. */
export function rowsOf(line: string, columns: number): readonly string[] {
  const rows: string[] = []
  let [row, taken, colors] = ['', 0, '']
  for (const [part] of line.matchAll(PART)) {
    const isColor = part.length > 1 && part.startsWith('\u001b')
    const width = isColor ? 0 : widthOf(part)
    if (taken + width > columns && taken > 0) {
      rows.push(colors === '' ? row : row + RESET)
      ;[row, taken] = [colors, 0]
    }
    if (isColor) colors += part
    row += part
    taken += width
  }
  return [...rows, row]
}

function widthOf(character: string): number {
  if (COMBINING.test(character)) return 0
  return WIDE.test(character) ? 2 : 1
}

function written(rows: readonly string[]): string {
  return rows.map((row) => `${row}\n`).join('')
}
