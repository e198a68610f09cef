import type { Journal, Lease } from '../core/journal/store.ts'

/** Returns the lease that runs; undefined also where nobody can say: who watches is worth a line, not an error. */
export async function leaseOf(journal: Journal): Promise<Lease | undefined> {
  try {
    return await journal.lease()
  } catch {
    return undefined
  }
}
