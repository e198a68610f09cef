import { defined } from '../values/defined.ts'
import type { Identity } from '../toggle/mark.ts'
import type { State } from './state.ts'

/** How many characters of the first event's hash tell one journal from another of the same name. */
const LENGTH = 12

/** Returns the identity of the rollout whose journal folds to this state. */
export function identityOf({ plan, lineage }: Pick<State, 'plan' | 'lineage'>): Identity {
  return defined({ name: plan.name, environment: plan.environment, lineage })
}

/** Returns the name of the journal that a plan has. */
export function journalName({ name, environment }: Pick<Identity, 'name' | 'environment'>): string {
  return environment === undefined ? name : `${name}@${environment}`
}

/** Returns the lineage of the journal that begins with this event. */
export function lineageOf(first: { readonly hash: string }): string {
  return first.hash.slice(0, LENGTH)
}

/** Returns whether two identities are of one journal. */
export function isSameIdentity(one: Identity, other: Identity): boolean {
  return one.name === other.name && one.environment === other.environment && one.lineage === other.lineage
}
