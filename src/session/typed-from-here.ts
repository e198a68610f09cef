import type { OpenTarget } from '../adapters/open-target.ts'
import { shellWord } from '../core/values/shell-word.ts'
import type { Session } from './session.ts'

/** Returns the targets with lines to type that go to the plan's folder first, where whoever types is in another one: paths are relative to it. */
export function typedFromHere(targets: readonly OpenTarget[], { cwd, place }: Pick<Session, 'cwd' | 'place'>): readonly OpenTarget[] {
  if (cwd === place.folder) return targets
  const first = `cd ${shellWord(place.folder)}`
  return targets.map((target) => ({ ...target, byHand: (words, fence) => [first, ...target.byHand(words, fence)] }))
}
