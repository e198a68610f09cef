import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { openStore as open } from '../adapters/state/open.ts'
import { outlineOf, type Outline } from '../config/outline.ts'
import type { Store } from '../core/journal/store.ts'
import { withGrace } from '../adapters/deadline.ts'
import type { Shell } from '../shell.ts'
import { deadline, type Input } from './input.ts'
import type { Place } from './place.ts'

/** A plan has at most this many bytes. */
const LARGEST = 256 * 1024
/** What was interrupted may still write down how it ended, in milliseconds. */
const GRACE = 2000

/** The store the plan names, or `ROLLOUT_STATE` where it names none or is gone; `.rollout` beside it otherwise. */
export async function openPlanStore(shell: Shell, input: Input, place: Place): Promise<Store> {
  return openNamedStore(shell, input, place, outlineAt(place.file).state ?? shell.env['ROLLOUT_STATE'])
}

/** Likewise, of a given address. */
export async function openNamedStore(shell: Shell, input: Input, { folder }: Place, state: string | undefined): Promise<Store> {
  return open(state, { clock: shell.clock, env: shell.env, folder, signal: withGrace(shell.clock, deadline(shell, input), GRACE) })
}

/** What the lines of the plan say, however broken the rest is; nothing where there is no plan to read. */
export function outlineAt(path: string): Outline {
  try {
    // Opening a pipe would wait for its writer.
    if (!statSync(path).isFile()) return {}
    const file = openSync(path, 'r')
    try {
      const bytes = Buffer.alloc(LARGEST)
      return outlineOf(bytes.toString('utf8', 0, readSync(file, bytes, 0, LARGEST, 0)))
    } finally {
      closeSync(file)
    }
  } catch {
    return {}
  }
}
