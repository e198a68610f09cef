import { isSlip } from '../../core/values/suggest.ts'
import type { LabelTest } from './selector.ts'

/** Values of which a type or a standard gives every one: what has another form never comes. */
interface Form {
  readonly name: string
  readonly fits: RegExp
  /** Every value, or as many as a pattern could mean. */
  readonly all: readonly string[]
}

const digits = Array.from({ length: 10 }, (_, nth) => nth)

const FORMS: readonly Form[] = [
  { name: 'a number', fits: /^-?\d+$/, all: Array.from({ length: 1000 }, (_, nth) => String(nth)) },
  { name: 'a class of statuses', fits: /^\dxx$/, all: digits.map((nth) => `${nth}xx`) },
  { name: 'a class of statuses', fits: /^\dXX$/, all: digits.map((nth) => `${nth}XX`) },
  { name: 'true or false', fits: /^(?:true|false)$/, all: ['true', 'false'] },
]
/** Values that are shown. */
const SOME = 8

/**
 * Returns why a test that none of a label's values passes looks like a slip, and not like what has not happened yet: all of
 * them are of one form, and nothing of that form could pass it (`5xx` among 200 and 404); or what it names is one letter
 * away from one of them (`eror` beside `error`). Undefined otherwise: a word that was never there may be the first error.
 */
export function slipIn(asked: LabelTest, values: readonly string[]): string | undefined {
  const there = values.filter((value) => value !== '').toSorted()
  if (there.length === 0 || there.some(asked.test)) return undefined
  const { label, op, value } = asked
  const written = literalsOf(asked)
  const those = `${there.slice(0, SOME).join(', ')}${there.length > SOME ? ` and ${there.length - SOME} more` : ''}`
  const form = FORMS.find(({ fits }) => there.every((each) => fits.test(each)))
  if (form && ![...form.all, ...written.filter((each) => form.fits.test(each))].some(asked.test))
    return `${label} is ${form.name} wherever it is (${those}), and ${label}${op}${JSON.stringify(value)} could be none`
  for (const each of written) {
    const near = there.find((other) => isSlip(each, other))
    if (near !== undefined) return `no ${label} is ${each}, and there is ${near}; there are: ${those}`
  }
  return undefined
}

/** Letters: of two groups, one that selects nothing and a word that neither selects are hardly another pair of words. */
const TELLING_OF_GROUPS = 2

/**
 * Returns the word of a label that is in neither group and looks like what a group that selects nothing asks for (`onn`
 * beside `on`); undefined where there is none: nobody may have the toggle yet.
 */
export function strayOf(asked: LabelTest, strays: readonly string[]): string | undefined {
  return strays.find((stray) => literalsOf(asked).some((each) => isSlip(each, stray, TELLING_OF_GROUPS)))
}

/** The values that a test spells out: one, or the alternatives of a pattern without anything else in it. */
function literalsOf({ op, value }: LabelTest): readonly string[] {
  if (op === '=') return [value]
  return op === '=~' && /^[\w |-]+$/.test(value) ? value.split('|') : []
}
