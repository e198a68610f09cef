import type { Lease } from './store.ts'

/** Tells whether two leases are the same one: of the same process, begun at the same time. */
export function isSameLease({ holder, since }: Lease, other: Lease): boolean {
  const { host, pid, domain, began } = other.holder
  return since === other.since && holder.pid === pid && holder.began === began && holder.host === host && holder.domain === domain
}
