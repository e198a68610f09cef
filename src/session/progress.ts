import type { Duration } from '../core/values/units.ts'
import type { Session } from './session.ts'

const SECOND: Duration = 1000
/** Nobody is left without a word for longer. */
const SILENT: Duration = 2000

/** Returns what writes a line for whoever waits: the first once so much time has gone by, another now and then. */
export function openProgress({ clock, err }: Pick<Session, 'clock' | 'err'>, first: Duration = SECOND): (line: () => string) => void {
  let due = clock.monotonic() + first
  return (line) => {
    if (clock.monotonic() < due) return
    due = clock.monotonic() + SILENT
    err.write(`${line()}\n`)
  }
}
