import Table from 'cli-table3'
import type { Stream } from '../core/values/stream.ts'
import { paint } from './paint.ts'

/** Renders a table without lines: it is read in terminals, logs and mails alike. */
export function renderTable(head: readonly string[], rows: readonly (readonly string[])[], stream: Stream): string {
  const color = paint(stream)
  const table = new Table({
    head: head.map((title) => color.dim(title)),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
    chars: {
      top: '',
      'top-mid': '',
      'top-left': '',
      'top-right': '',
      bottom: '',
      'bottom-mid': '',
      'bottom-left': '',
      'bottom-right': '',
      left: '',
      'left-mid': '',
      mid: '',
      'mid-mid': '',
      right: '',
      'right-mid': '',
      middle: '',
    },
  })
  table.push(...rows.map((row) => [...row]))
  return `${table.toString().replaceAll(/ +$/gm, '')}\n`
}
