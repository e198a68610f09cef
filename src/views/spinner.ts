import ora, { type Ora } from 'ora'
import type { Stream } from '../core/values/stream.ts'

/** Opens the line that lives on a terminal; nothing is shown where nobody watches. */
export function openSpinner({ tty, color }: Stream, isWatched: boolean): Ora | undefined {
  return tty && isWatched ? ora({ spinner: 'dots', discardStdin: false, ...(color === 0 && { color: false }) }) : undefined
}
