import { journalName } from '../core/journal/identity.ts'
import { isEnded, type State } from '../core/journal/state.ts'
import type { Store } from '../core/journal/store.ts'
import { rolloutsIn } from './rollouts.ts'

/** The rollout that somebody means, as far as it is known before any journal is read. */
export interface Hints {
  /** The name of the plan; undefined where there is no plan, or none that says. */
  readonly name: string | undefined
  /** The environment that was named, by `-e` or ROLLOUT_ENV; '' for the plan without one. */
  readonly environment: string | undefined
  /** The plan has environments: without one being named, a journal of any of them may be meant. */
  readonly hasEnvironments: boolean
  /** The store lies beside the plan: whatever is in it has its targets here. */
  readonly isBeside: boolean
  /** The command as it would be typed for an environment. */
  readonly typedFor: (environment: string) => string
}

/** The rollout that is meant, and what must be said of how that was found. */
export interface Meant {
  readonly journal: string
  readonly environment: string | undefined
  readonly note?: string
}

/**
 * Finds the rollout that is meant. A name always decides. Where the plan has environments and none is named it is the only
 * live rollout; where no plan says its name it is the only journal beside it. Both are said.
 * Undefined where nothing says which, or a named environment has begun nothing: there the plan must be read. Throws `usage`, with the line to type for each, where several are.
 */
export async function findMeant(hints: Hints, store: Store): Promise<Meant | undefined> {
  const { name, environment, hasEnvironments } = hints
  if (name === undefined) return onlyOne(hints, store)
  if (environment) {
    const journal = journalName({ name, environment })
    // One that nobody has begun may be a slip of the pen: the plan knows.
    return (await store.names()).includes(journal) ? { journal, environment } : undefined
  }
  if (environment === '' || !hasEnvironments) return { journal: name, environment: undefined }
  const begun = await statesOf(store, (each) => each === name || each.startsWith(`${name}@`))
  const live = begun.filter(({ state }) => isLive(state))
  const candidates = live.length > 0 ? live : begun
  if (candidates.length > 1) throw (await import('./several.ts')).several(hints, candidates)
  const [only] = candidates
  const found = only?.state.plan.environment
  if (found === undefined) return { journal: name, environment: undefined }
  const what = live.length > 0 ? 'the only rollout under way' : 'the only rollout there was'
  return { journal: only?.journal ?? name, environment: found, note: `no environment was named: ${found} is meant, ${what}` }
}

interface Begun {
  readonly journal: string
  readonly state: State
}

/** In a store that is shared the targets of a journal may be somewhere else: there nothing is guessed. */
async function onlyOne({ environment, isBeside }: Hints, store: Store): Promise<Meant | undefined> {
  if (!isBeside) return undefined
  const isMeant = (each: string): boolean =>
    environment === undefined || (environment === '' ? !each.includes('@') : each.endsWith(`@${environment}`))
  const [only, ...others] = (await store.names()).filter(isMeant)
  if (only === undefined || others.length > 0) return undefined
  const [, ofJournal] = only.split('@')
  return { journal: only, environment: ofJournal, note: `no plan here says which rollout is meant: it is ${only}, the only one there is` }
}

async function statesOf(store: Store, isWanted: (name: string) => boolean): Promise<readonly Begun[]> {
  return (await rolloutsIn(store, isWanted)).map((found) => {
    // It might be the one that is meant.
    if ('problem' in found) throw found.problem
    return { journal: found.name, state: found.state }
  })
}

/** Whether it may still move, or must still be said to have been taken back. */
function isLive(state: State): boolean {
  return state.moved === undefined && !isEnded(state)
}
