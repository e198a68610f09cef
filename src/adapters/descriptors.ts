import { closeSync, openSync } from 'node:fs'
import type { Duration } from '../core/values/units.ts'
import { REAL } from './deadline.ts'

/** Between two looks. */
const PAUSE: Duration = 50

/**
 * Begins work as soon as this process may open so many more files, and resolves to what it begins to. Throws the signal's reason
 * when that ends first. Of hundreds of commands begun at once some would have none, and one that is begun without cannot even
 * say so (Node.js gives it no streams after `EMFILE`).
 */
export async function onceRoomFor<Begun>(count: number, signal: AbortSignal, begin: () => Begun): Promise<{ readonly begun: Begun }> {
  while (!hasRoomFor(count)) {
    await new Promise<void>((resolve) => REAL.timer(PAUSE, resolve))
    signal.throwIfAborted()
  }
  return { begun: begin() }
}

/** There is no other way to know: the system counts what all threads and libraries have open. */
function hasRoomFor(count: number): boolean {
  const opened: number[] = []
  try {
    while (opened.length < count) opened.push(openSync('/dev/null', 'r'))
    return true
  } catch {
    return false
  } finally {
    for (const file of opened) closeSync(file)
  }
}
