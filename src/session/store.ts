import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { openStore as open } from '../adapters/state/open.ts'
import { outlineOf, type Outline } from '../config/outline.ts'
import type { Store } from '../core/journal/store.ts'
import { withGrace } from '../adapters/deadline.ts'
import type { Session } from './session.ts'

/** A plan has at most this many bytes. */
const LARGEST = 256 * 1024
/** How long an interrupted command may still write down how it ended, in milliseconds. */
const GRACE = 2000

/** Opens the store the plan names, or `ROLLOUT_STATE` where it names none or is gone; `.rollout` beside it otherwise. */
export async function openPlanStore(session: Session): Promise<Store> {
  return openNamedStore(session, outlineAt(session.place.file).state ?? session.env['ROLLOUT_STATE'])
}

/** Returns whether the store lies beside the plan: whatever is in it has its targets here. */
export function isStoreBeside({ place, env }: Pick<Session, 'place' | 'env'>): boolean {
  return outlineAt(place.file).state === undefined && env['ROLLOUT_STATE'] === undefined
}

/** Opens the store at this address: a folder, a server, or `.rollout` beside the plan where there is none. */
export async function openNamedStore({ clock, signal, lender }: Session, state: string | undefined): Promise<Store> {
  return open(state, { ...lender, signal: withGrace(clock, signal, GRACE) })
}

const NOTHING: Outline = { hasEnvironments: false }

/** Returns what the lines of the plan say, however broken the rest is; nothing where there is no plan to read. */
export function outlineAt(path: string): Outline {
  try {
    // Opening a pipe would wait for its writer.
    if (!statSync(path).isFile()) return NOTHING
    const file = openSync(path, 'r')
    try {
      const bytes = Buffer.alloc(LARGEST)
      return outlineOf(bytes.toString('utf8', 0, readSync(file, bytes, 0, LARGEST, 0)))
    } finally {
      closeSync(file)
    }
  } catch {
    return NOTHING
  }
}
