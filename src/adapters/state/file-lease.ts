import { randomUUID } from 'node:crypto'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isSameLease } from '../../core/journal/lease.ts'
import type { Lease } from '../../core/journal/store.ts'
import type { Duration, Instant } from '../../core/values/units.ts'
import { codeOf, discard, makeFolder } from '../file/disk.ts'
import { parseLease } from './chain.ts'

/** The lease that runs in a journal's folder at that moment of the wall clock. Clocks may differ: it is only a hint. */
export function readLease(folder: string, now: Instant): Lease | undefined {
  const held = slurp(folder)
  return held && held.until > now ? held.lease : undefined
}

export interface Taking {
  readonly lease: Lease
  readonly ttl: Duration
  readonly instead: Lease | undefined
}

/** Two that take it at once both write; the next renewal of one of them finds the other's. */
export function takeLease(folder: string, now: Instant, { lease, ttl, instead }: Taking): Lease {
  const running = readLease(folder, now)
  if (running && ![lease, instead].some((each) => each && isSameLease(each, running))) return running
  const temporary = join(folder, `.${randomUUID()}.tmp`)
  makeFolder(folder)
  try {
    // Not made durable: after a power loss nobody holds it.
    writeFileSync(temporary, JSON.stringify({ lease, until: now + ttl }), { mode: 0o600 })
    renameSync(temporary, pathOf(folder))
  } catch (thrown) {
    discard(temporary)
    throw thrown
  }
  return lease
}

export function dropLease(folder: string, lease: Lease): void {
  const held = slurp(folder)
  if (held && isSameLease(held.lease, lease)) discard(pathOf(folder))
}

function pathOf(folder: string): string {
  return join(folder, 'lease.json')
}

function slurp(folder: string): { readonly lease: Lease; readonly until: Instant } | undefined {
  try {
    const held: unknown = JSON.parse(readFileSync(pathOf(folder), 'utf8'))
    if (typeof held !== 'object' || held === null || !('lease' in held) || !('until' in held)) return undefined
    const lease = parseLease(JSON.stringify(held.lease))
    return lease && typeof held.until === 'number' ? { lease, until: held.until } : undefined
  } catch (thrown) {
    if (thrown instanceof SyntaxError || codeOf(thrown) === 'ENOENT') return undefined
    throw thrown
  }
}
