import { hash as digest } from 'node:crypto'
import type { Event, Stamped } from '../../core/event.ts'
import { canonical } from './canonical.ts'

/** Adds the event's own hash: SHA-256 (hex) over the canonical JSON of everything else. */
export function seal(stamped: Stamped): Event {
  return { ...stamped, hash: hashOf(stamped) }
}

/** Whether an event is as it was when it was sealed. */
export function isSealed({ hash, ...stamped }: Event): boolean {
  return hash === hashOf(stamped)
}

function hashOf(stamped: object): string {
  return digest('sha256', canonical(stamped), 'hex')
}
