import { RolloutError } from '../../core/values/errors.ts'
import type { Fault, Surroundings } from '../../core/ports.ts'
import { suggest } from '../../core/values/suggest.ts'

/** Returns the refusal of a flag that goes by rules not written here: it would go on deciding who is in, whatever is written. */
export function foreign(flag: string, what: string, hint: string): RolloutError {
  return new RolloutError('conflict', { message: `the flag ${flag} ${what}`, hint })
}

/** Returns the `keys` of variables that are not written here: their flags would go on by the name of the variable. */
export function strayKeys({ keys }: { readonly keys: Readonly<Record<string, string>> }, { variables }: Surroundings): readonly Fault[] {
  if (!variables) return []
  return Object.keys(keys)
    .filter((name) => !variables.includes(name))
    .map((name) => {
      const near = suggest(name, variables)
      const hint = near === undefined ? `one of ${variables.slice(0, 10).join(', ')}` : `did you mean ${near}?`
      return { path: ['keys', name], isKey: true, message: `"${name}" is not written here`, hint }
    })
}

/** Returns the flag of a variable, where their names differ. */
export function flagOf({ keys }: { readonly keys: Readonly<Record<string, string>> }, variable: string): string {
  return Object.hasOwn(keys, variable) ? (keys[variable] ?? variable) : variable
}
