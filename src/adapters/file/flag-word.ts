import { RolloutError } from '../../core/values/errors.ts'
import type { Fault, Refusal, Surroundings } from '../../core/ports.ts'
import { suggest } from '../../core/values/suggest.ts'
import { formatExposure, type Exposure } from '../../core/values/units.ts'
import { parseWord } from '../../core/toggle/words.ts'

/*
 * Flags know no words, they know whom they are on for. What stands between is here: `true`, `false` and
 * `n%`, read back as exactly what was written.
 */

/** The exposure a word says. Throws `config` for a word that no flag can hold. */
export function exposureOf(word: string): Exposure {
  const refusal = refuseWord(word)
  const exposure = parseWord(word)?.exposure
  if (refusal || exposure === undefined) throw new RolloutError('config', refusal ?? { message: `"${word}" is no word` })
  return exposure
}

/** The word an exposure has in a file of flags. */
export function wordOf(exposure: Exposure): string {
  return exposure === 0 ? 'false' : exposure === 100 ? 'true' : formatExposure(exposure)
}

/** Why a flag cannot hold this word; undefined when it can. */
export function refuseWord(word: string): Refusal | undefined {
  if (word === '')
    return {
      message: 'a flag has no segments and lists beside it',
      hint: 'remove segments:, allow: and deny: of the toggle, or use env-file',
    }
  const parsed = parseWord(word)
  if (!parsed)
    return { message: `a flag is true, false or a percentage, and no "${word}"`, hint: 'leave out words: of the toggle, or use env-file' }
  return wordOf(parsed.exposure) === word
    ? undefined
    : { message: `a flag cannot hold "${word}"`, hint: 'it holds a percentage, and no option behind it' }
}

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
