import { hash as digest } from 'node:crypto'
import type { Event, Stamped } from '../../core/journal/event.ts'
import { canonical, type WrittenPart } from './canonical.ts'

/** Adds the event's own hash: SHA-256 (hex) over the canonical JSON of everything else. */
export function seal(stamped: Stamped): Event {
  return { ...stamped, hash: hashOf(stamped) }
}

/** Whether an event is as it was when it was sealed. */
export function isSealed({ hash, ...stamped }: Event, known?: WrittenPart): boolean {
  return hash === hashOf(stamped, known)
}

/**
 * An event as a store holds it: canonical JSON, so that it can be checked by its bytes, without being written anew. What
 * is not canonical (an older version wrote it, or a database has formatted it) is. A plan and its exposures keep the order
 * in which people wrote them: in it targets are written, and everything is shown.
 */
export function writeEvent(event: Event): string {
  return 'plan' in event || 'exposures' in event ? JSON.stringify(event) : canonical(event)
}

/** Whether an event that was read from that text is as it was when it was sealed. */
export function isSealedAs(event: Event, text: string, known?: WrittenPart): boolean {
  const member = `"hash":"${event.hash}",`
  const at = text.indexOf(member)
  if (at >= 0 && event.hash === digest('sha256', text.slice(0, at) + text.slice(at + member.length).trimEnd(), 'hex')) return true
  return isSealed(event, known)
}

function hashOf(stamped: object, known?: WrittenPart): string {
  return digest('sha256', canonical(stamped, known), 'hex')
}
