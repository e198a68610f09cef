import { lookup, type LookupAddress } from 'node:dns'

/** What `dns.lookup` calls back with. */
export type FoundAddress = (error: NodeJS.ErrnoException | null, address: string | LookupAddress[], family?: number) => void

/** `dns.lookup`, or what stands in for it. */
export type Lookup = (hostname: string, options: object, done: FoundAddress) => void

const asked = new Map<string, FoundAddress[]>()

/**
 * Looks a name up as the system does, once for all who ask for it at the same time. A name that no server answers for keeps a
 * thread for half a minute, also when nobody waits any more; there are few of them, and other names wait for them.
 */
export function lookupOnce(hostname: string, options: object, done: FoundAddress): void {
  const key = JSON.stringify([hostname, options])
  const waiting = asked.get(key)
  if (waiting) {
    waiting.push(done)
    return
  }
  const all = [done]
  asked.set(key, all)
  lookup(hostname, options, (...found: Parameters<FoundAddress>) => {
    asked.delete(key)
    for (const each of all) each(...found)
  })
}
