import type { Stream } from '../core/values/stream.ts'
import { clean } from './clean.ts'
import { paint } from './paint.ts'

/** Renders a line for each channel that could not be told, and why. */
export function renderUndelivered(rows: readonly { readonly channel: string; readonly error: string }[], stream: Stream): string {
  const color = paint(stream)
  return rows.map(({ channel, error }) => `${color.yellow('!')} ${clean(channel)} was not told: ${clean(error)}\n`).join('')
}
