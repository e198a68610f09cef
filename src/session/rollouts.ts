import type { State } from '../core/journal/state.ts'
import type { Journal, Store } from '../core/journal/store.ts'
import { RolloutError } from '../core/values/errors.ts'
import { loadState } from '../engine/load-state.ts'

/** A rollout that has begun in a store, or why its journal cannot be read. */
export type FoundRollout =
  | { readonly name: string; readonly journal: Journal; readonly state: State }
  | { readonly name: string; readonly problem: RolloutError }

/** Reads the rollouts of a store, by the names of their journals. One that cannot be read hides none of the others. */
export async function rolloutsIn(store: Store, isWanted: (name: string) => boolean = () => true): Promise<readonly FoundRollout[]> {
  const names = (await store.names()).filter(isWanted).toSorted()
  const found = await Promise.all(names.map(async (name) => read(store, name)))
  return found.flat()
}

async function read(store: Store, name: string): Promise<readonly FoundRollout[]> {
  try {
    const journal = await store.open(name)
    const { state } = await loadState(journal)
    return state ? [{ name, journal, state }] : []
  } catch (thrown) {
    if (thrown instanceof RolloutError) return [{ name, problem: thrown }]
    throw thrown
  }
}
