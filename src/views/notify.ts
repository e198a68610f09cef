import type { Stream } from '../core/values/stream.ts'
import { clean } from './clean.ts'
import { paint } from './paint.ts'

/** One channel that could not be told: `refused` is the event that it does not take, `partly` that others of it were told. */
interface Row {
  readonly channel: string
  readonly refused?: number
  readonly partly?: boolean
  readonly error: string
}

/** Renders a line for each channel that could not be told, and why. */
export function renderUndelivered(rows: readonly Row[], stream: Stream): string {
  const color = paint(stream)
  return rows.map((row) => `${color.yellow('!')} ${clean(row.channel)} ${said(row)} ${clean(row.error)}\n`).join('')
}

function said({ refused, partly }: Row): string {
  if (partly === true) return 'was told, but'
  return refused === undefined ? 'was not told:' : `refused to be told of #${refused}:`
}
