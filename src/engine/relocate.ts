import { RolloutError } from '../core/values/errors.ts'
import type { Event } from '../core/journal/event.ts'
import type { Journal } from '../core/journal/store.ts'
import { retryOnConflict } from './retry.ts'
import type { Signature, Writer } from './writer.ts'

/** A journal that was copied: how many events it has, and the hash of the newest. */
export interface Relocated {
  readonly events: number
  readonly head: string
}

/**
 * Copies a whole journal, reads the copy back, and seals the old one so that nobody goes on there. Safe to repeat after
 * a crash at any point, and while others append. Throws `denied` when another journal is there already.
 */
export async function relocate(from: Writer, to: Journal, signature: Signature): Promise<Relocated> {
  return retryOnConflict(async () => {
    await from.refresh()
    const events = await from.journal.read()
    const there = await to.read()
    for (const [nth, { hash }] of there.entries()) if (events[nth]?.hash !== hash) throw another(to)
    for (const event of events.slice(there.length)) if ((await to.append(event)) === 'taken') throw another(to)
    const copied = await to.read()
    if (!isSame(copied, events)) throw new Error(`${to.place} gives back another journal than was written`)
    const checkpoint = await from.journal.checkpoint()
    if (checkpoint) await to.keep(checkpoint)
    // Last: until it is there the old journal is the one that counts.
    const sealed = await from.append({ type: 'moved', to: to.place }, signature)
    return { events: copied.length, head: sealed.previous }
  })
}

function isSame(copied: readonly Event[], events: readonly Event[]): boolean {
  return copied.length === events.length && copied.every(({ hash }, nth) => hash === events[nth]?.hash)
}

/** Not `conflict`, which would be tried again: waiting does not make it the same. */
function another(to: Journal): RolloutError {
  return new RolloutError('denied', {
    message: `${to.place} holds another journal of that name`,
    hint: 'give the plan another name, or move that journal away',
  })
}
