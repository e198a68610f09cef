import type { Journal, Store } from '../../core/journal/store.ts'
import { RolloutError } from '../../core/values/errors.ts'
import { checkAnswers } from '../file/answers.ts'
import { WITHOUT, type Lent } from './chain.ts'

/** Returns a store in a folder that is asked whether it answers before each call: one to a file system that hangs never returns. */
export function asked(store: Store, folder: string, lent: Lent): Store {
  const first = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    try {
      await checkAnswers(folder, lent)
    } catch (thrown) {
      if (!(thrown instanceof RolloutError) || thrown.code !== 'unreachable') throw thrown
      throw new RolloutError('unreachable', { message: thrown.message, where: { file: folder }, hint: WITHOUT }, { cause: thrown })
    }
    return work()
  }
  const journalOf = (journal: Journal): Journal => ({
    ...journal,
    read: async (after) => first(async () => journal.read(after)),
    append: async (...appending) => first(async () => journal.append(...appending)),
    checkpoint: async () => first(async () => journal.checkpoint()),
    keep: async (checkpoint) => first(async () => journal.keep(checkpoint)),
    lease: async () => first(async () => journal.lease()),
    takeLease: async (...taking) => first(async () => journal.takeLease(...taking)),
    dropLease: async (held) => first(async () => journal.dropLease(held)),
    changed: async (...waiting) => first(async () => journal.changed(...waiting)),
  })
  return {
    names: async () => first(async () => store.names()),
    open: async (name) => first(async () => journalOf(await store.open(name))),
  }
}
