import { RolloutError } from '../core/values/errors.ts'
import type { Refusal } from '../core/ports.ts'
import { formatExposure, type Exposure } from '../core/values/units.ts'
import { parseWord } from '../core/toggle/words.ts'

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

/** The word an exposure has where a flag holds it. */
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
