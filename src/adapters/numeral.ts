import { RolloutError } from '../core/values/errors.ts'
import type { Refusal } from '../core/ports.ts'
import { placeholders, unknownPlaceholder } from '../core/values/template.ts'
import { formatExposure, type Exposure } from '../core/values/units.ts'
import { exposureOf, refuseWord, wordOf } from './flag-word.ts'

/** A way to say how much is on with a number: 25 percent, a share of 0.25, a weight of 25,000 in 100,000. */
export interface Numeral {
  /** Its placeholder without braces: `percent`, `share`, `weight:100000`. */
  readonly name: string
  /** The number that means everybody. */
  readonly all: number
  /** How many numbers there are up to it: of a weight the whole ones, else as many as there are exposures. */
  readonly count: number
}

const NAME = /^(percent|share|weight:([1-9]\d{0,7}))(?::text)?$/
const ALONE = /^\{\{(?:percent|share|weight:\d+)\}\}$/
const PLAIN = /^\d+(?:\.\d+)?$/
/** From 0.00001 % to 100 %. */
const EXPOSURES = 10_000_000
const EXAMPLES = ['percent', 'share', 'weight:100']

/** Returns the numerals that the placeholders of a text name, each once. */
export function numeralsIn(text: string): readonly Numeral[] {
  const found = placeholders(text).flatMap((placeholder) => numeralOf(placeholder) ?? [])
  return [...new Map(found.map((each) => [each.name, each])).values()]
}

/** Returns what is wrong with the placeholders of a text that may hold numbers; undefined when all are known. */
export function unknownBesideNumbers(text: string, known: readonly string[]): string | undefined {
  const written = placeholders(text).filter((placeholder) => numeralOf(placeholder))
  return unknownPlaceholder(text, [...new Set([...known, ...EXAMPLES, ...written])])
}

/** Returns what is wrong with several numerals in one place, which could be read back as one only; undefined for one. */
export function severalNumerals(numerals: readonly Numeral[]): string | undefined {
  return numerals.length > 1 ? `use one of ${numerals.map(shown).join(', ')}: it is read back as that` : undefined
}

/** Tells whether a string of JSON is the placeholder of a number and nothing else: a number takes its place, and no text. */
export function isNumberAlone(text: string): boolean {
  return ALONE.test(text)
}

/** Returns what the placeholders of a numeral stand for where this word is written; none without a numeral. */
export function numbersFor(numeral: Numeral | undefined, word: string): Readonly<Record<string, string>> {
  if (!numeral) return {}
  const refusal = refuseNumber(numeral, word)
  if (refusal) throw new RolloutError('config', refusal)
  const text = digits(numeral, nthOf(numeral, exposureOf(word)))
  return { [numeral.name]: text, [`${numeral.name}:text`]: text }
}

/** Returns why a place that holds this numeral can never hold a word; undefined when it can. */
export function refuseNumber(numeral: Numeral | undefined, word: string): Refusal | undefined {
  if (!numeral) return undefined
  const refusal = refuseWord(word)
  if (refusal) return refusal
  const exposure = exposureOf(word)
  if (Number.isInteger(nthOf(numeral, exposure))) return undefined
  return {
    message: `${formatExposure(exposure)} is no whole number of ${numeral.all}, which ${shown(numeral)} writes`,
    hint: 'another step, or a larger weight where the place can hold one',
  }
}

/** Returns the word that a number says, or a text that is plainly one. Throws `conflict` for anything else found at a place. */
export function wordOfNumber(numeral: Numeral, found: unknown, place: string): string {
  const number = typeof found === 'string' && PLAIN.test(found) ? Number(found) : found
  const exposure = typeof number === 'number' ? exposureIn(numeral, number) : undefined
  if (exposure !== undefined) return wordOf(exposure)
  const what = `a ${numeral.count === numeral.all ? 'whole ' : ''}number from 0 to ${numeral.all}`
  throw new RolloutError('conflict', {
    message: `${place}: ${shown(numeral)} is ${what}, a percentage of at most five decimals`,
  })
}

function numeralOf(placeholder: string): Numeral | undefined {
  const [, name, weight] = NAME.exec(placeholder) ?? []
  if (name === undefined) return undefined
  if (weight !== undefined) return { name, all: Number(weight), count: Number(weight) }
  return { name, all: name === 'share' ? 1 : 100, count: EXPOSURES }
}

/** Which of the numbers an exposure is, 0 being the first; no integer where it is none of them. */
function nthOf({ count }: Numeral, exposure: Exposure): number {
  return (Math.round(exposure * 1e5) * count) / EXPOSURES
}

/** The nth number, without an exponent: a share may be 0.0000001. */
function digits({ all, count }: Numeral, nth: number): string {
  return ((nth * all) / count).toFixed(7).replace(/\.?0+$/, '')
}

/** The exposure that is exactly this number. */
function exposureIn(numeral: Numeral, number: number): Exposure | undefined {
  const nth = Math.round((number / numeral.all) * numeral.count)
  if (!(nth >= 0 && nth <= numeral.count) || Number(digits(numeral, nth)) !== number) return undefined
  const exposure = (nth * EXPOSURES) / numeral.count
  return Number.isInteger(exposure) ? exposure / 1e5 : undefined
}

function shown({ name }: Numeral): string {
  return `{{${name}}}`
}
