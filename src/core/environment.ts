import { heldBy } from './instances.ts'
import { togglesOf, type Exposures, type Plan } from './plan.ts'
import type { Words } from './ports.ts'
import { parseWord, wordFor } from './words.ts'

/** The words one target is to hold for these exposures: variable → word. */
export function environment(plan: Plan, target: string, exposures: Exposures): { readonly [variable: string]: string } {
  return Object.fromEntries(
    togglesOf(plan, target).flatMap((name) => {
      const toggle = plan.toggles[name]
      return toggle ? [[toggle.variable, wordFor(toggle, heldBy(plan, target, toggle, exposures[name] ?? toggle.default))]] : []
    }),
  )
}

/** One toggle whose word on a target is not what it should be. */
export interface Drift {
  readonly target: string
  readonly toggle: string
  readonly variable: string
  /** Undefined: the target does not know the variable. */
  readonly found: string | undefined
  readonly expected: string
}

/** Where a target differs from these exposures. A variable it does not know counts as its default. */
export function drift(plan: Plan, target: string, exposures: Exposures, found: Words): readonly Drift[] {
  return togglesOf(plan, target).flatMap((name) => {
    const toggle = plan.toggles[name]
    if (!toggle) return []
    const word = found[toggle.variable]
    const exposure = heldBy(plan, target, toggle, exposures[name] ?? toggle.default)
    const actual = word === undefined ? toggle.default : parseWord(word, toggle.words)?.exposure
    if (actual === exposure) return []
    return [{ target, toggle: name, variable: toggle.variable, found: word, expected: wordFor(toggle, exposure) }]
  })
}
