import { randomUUID } from 'node:crypto'
import { renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isSameLease } from '../../core/journal/lease.ts'
import type { Journal, Lease } from '../../core/journal/store.ts'
import type { Clock } from '../../core/ports.ts'
import type { Duration } from '../../core/values/units.ts'
import { codeOf, discard, makeFolder, readNow } from '../file/disk.ts'
import { parseLease } from './chain.ts'

/** A lease as it is written; `beat` is another one at every renewal. */
interface Held {
  readonly lease: Lease
  readonly ttl: Duration
  readonly beat: string
}

/**
 * Opens the lease of a journal's folder. It runs while its text changes: by the monotonic clock of whoever looks, and for a
 * look that is short by the clock of the file system alone, which has dated both the text and a file made now. What time
 * it is on the machine of its holder is never asked. It is only a hint: two that take it at once both write, and the next
 * renewal of one of them finds the other's.
 */
export function openFileLease(folder: string, clock: Pick<Clock, 'monotonic'>): Pick<Journal, 'lease' | 'takeLease' | 'dropLease'> {
  let seen: { readonly beat: string; readonly since: Duration } | undefined
  const running = (): Lease | undefined => {
    const held = slurp(folder)
    if (!held) return undefined
    if (seen?.beat !== held.beat) seen = { beat: held.beat, since: clock.monotonic() }
    return clock.monotonic() - seen.since < held.ttl && isYoung(folder, held.ttl) ? held.lease : undefined
  }
  return {
    lease: async () => running(),
    takeLease: async (lease, ttl, instead) => {
      const now = running()
      if (now && ![lease, instead].some((each) => each && isSameLease(each, now))) return now
      makeFolder(folder)
      // Not made durable: after a power loss nobody holds it.
      const temporary = place(folder, JSON.stringify({ lease, ttl, beat: randomUUID() } satisfies Held))
      try {
        renameSync(temporary, pathOf(folder))
      } catch (thrown) {
        discard(temporary)
        throw thrown
      }
      return lease
    },
    dropLease: async (lease) => {
      const held = slurp(folder)
      if (held && isSameLease(held.lease, lease)) discard(pathOf(folder))
    },
  }
}

/** By one clock: that of the file system. Where no file can be made nothing speaks against it. */
function isYoung(folder: string, ttl: Duration): boolean {
  try {
    const temporary = place(folder, '')
    const now = statSync(temporary).mtimeMs
    discard(temporary)
    const age = now - statSync(pathOf(folder)).mtimeMs
    // One of the future was written before that clock was set back: nobody renews it.
    return Math.abs(age) < ttl
  } catch (thrown) {
    if (codeOf(thrown) === '') throw thrown
    return true
  }
}

function place(folder: string, text: string): string {
  const temporary = join(folder, `.${randomUUID()}.tmp`)
  try {
    writeFileSync(temporary, text, { mode: 0o600, flag: 'wx' })
  } catch (thrown) {
    // On a full disk the file is made and its text is not written.
    discard(temporary)
    throw thrown
  }
  return temporary
}

function pathOf(folder: string): string {
  return join(folder, 'lease.json')
}

function slurp(folder: string): Held | undefined {
  try {
    const held: unknown = JSON.parse(readNow(pathOf(folder)))
    if (typeof held !== 'object' || held === null || !('lease' in held && 'ttl' in held && 'beat' in held)) return undefined
    const lease = parseLease(JSON.stringify(held.lease))
    const { ttl, beat } = held
    return lease && typeof ttl === 'number' && typeof beat === 'string' ? { lease, ttl, beat } : undefined
  } catch (thrown) {
    if (thrown instanceof SyntaxError || codeOf(thrown) === 'ENOENT') return undefined
    throw thrown
  }
}
