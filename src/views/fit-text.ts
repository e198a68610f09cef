import type { TerminalSize } from '../core/values/stream.ts'
import { rowsOf } from './fit.ts'

/** Returns text cut to what a terminal has room for below one more row, as rows. */
export function fitText(text: string, { columns, rows }: TerminalSize): readonly string[] {
  const [all, room] = [rowsOf(text, columns), Math.max(1, rows - 1)]
  return all.length <= room ? all : [...all.slice(0, room - 1), `${all[room - 1]?.slice(0, -1)}…`]
}

/** Returns the first blocks of lines that so many rows have room for, at least one, and how many are left. */
export function firstThatFit<Block>(
  blocks: readonly Block[],
  linesOf: (block: Block) => readonly string[],
  { columns, rows }: TerminalSize,
): { readonly shown: readonly Block[]; readonly more: number } {
  let used = 0
  const fitting = blocks.findIndex((block) => {
    used += linesOf(block).reduce((sum, line) => sum + rowsOf(line, columns).length, 0)
    return used > rows
  })
  const count = fitting === -1 ? blocks.length : Math.max(1, fitting)
  return { shown: blocks.slice(0, count), more: blocks.length - count }
}
