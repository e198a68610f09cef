import type { Journal, Lease } from '../core/journal/store.ts'
import type { Session } from './session.ts'

/**
 * Returns the lease that runs; undefined where its holder is known to be gone, and also where nobody can say: who watches
 * is worth a line, not an error.
 */
export async function leaseOf({ alive }: Pick<Session, 'alive'>, journal: Pick<Journal, 'lease'>): Promise<Lease | undefined> {
  try {
    const lease = await journal.lease()
    return lease && alive(lease.holder) === false ? undefined : lease
  } catch {
    return undefined
  }
}
