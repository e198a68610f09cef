import type { Plan } from './plan.ts'

/** Returns the toggles written to a target, in the order of the inventory. */
export function togglesOf(plan: Pick<Plan, 'toggles'>, target: string): readonly string[] {
  const known = written.get(plan) ?? byTarget(plan)
  written.set(plan, known)
  return known.get(target) ?? []
}

/** A plan never changes once it is made, and each of its targets is asked for many times. */
const written = new WeakMap<Pick<Plan, 'toggles'>, ReadonlyMap<string, readonly string[]>>()

function byTarget({ toggles }: Pick<Plan, 'toggles'>): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>()
  for (const [name, { targets }] of Object.entries(toggles)) {
    for (const target of targets) {
      const names = found.get(target) ?? []
      if (names.at(-1) !== name) names.push(name)
      found.set(target, names)
    }
  }
  return found
}
