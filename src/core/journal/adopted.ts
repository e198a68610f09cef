import type { Mark } from '../toggle/mark.ts'
import type { State } from './state.ts'

/** Returns the adopted marks of a target that the journal has not written to since. */
export function adoptedOn({ adopted = [] }: Pick<State, 'adopted'>, target: string): readonly Mark[] {
  return adopted.flatMap((each) => (each.target === target ? [each.mark] : []))
}

/** Returns the state without the adopted marks that a write has taken the place of: one like them is news from then on. */
export function withoutReplaced(state: State, targets: readonly string[]): State {
  const { adopted, ...rest } = state
  const left = adopted?.filter(({ target }) => !targets.includes(target)) ?? []
  return left.length === 0 ? rest : { ...rest, adopted: left }
}
