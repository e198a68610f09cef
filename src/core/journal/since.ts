import type { Exposures } from '../plan/plan.ts'
import type { Instant } from '../values/units.ts'
import type { State } from './state.ts'

/** Returns when each toggle came to its next exposure: those that move now, the others as they did before. */
export function sinceOf({ since = {}, exposures }: State, next: Exposures, now: Instant): NonNullable<State['since']> {
  const names = Object.keys(next)
  const stayed = names.flatMap((name) => {
    const at = exposures[name] === next[name] ? since[name] : undefined
    return at === undefined ? [] : [[name, at] as const]
  })
  const moved = names.filter((name) => exposures[name] !== next[name])
  return Object.fromEntries([...stayed, ...moved.map((name) => [name, now] as const)])
}
