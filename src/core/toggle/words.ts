import { formatExposure, parseExposure, type Exposure } from '../values/units.ts'

/** `FEATURE_X=false | true | <n>%[;key=…][;by=…][;seg=a,b][;hash=flagd2]`: the env contract. */
export interface Word {
  readonly exposure: Exposure
  readonly options: { readonly [name: string]: string }
}

/** The words that mean 100 % and 0 % to the application. */
export interface OnOffWords {
  readonly on: string
  readonly off: string
}

const OPTIONS: Readonly<Record<string, RegExp>> = {
  // The flag key that salts the bucket, instead of the name of the variable.
  key: /^[^\s;]+$/,
  // The attribute that is bucketed, instead of the user's id.
  by: /^[A-Za-z_][\w.-]*$/,
  seg: /^[a-z][a-z0-9-]*(?:,[a-z][a-z0-9-]*)*$/,
  hash: /^flagd2$/,
}
/** 0–100 with at most five decimals: `010%`, `-0%`, `+1%`, `1e1%` and `10 %` are none. */
const PERCENT = /^(?:0|[1-9]\d{0,2})(?:\.\d{1,5})?%$/

/** Returns the word that says this exposure to the application. */
export function wordFor(toggle: { readonly words: OnOffWords }, exposure: Exposure): string {
  if (exposure === 0) return toggle.words.off
  if (exposure === 100) return toggle.words.on
  return formatExposure(exposure)
}

/**
 * Reads a word back. Undefined when it is not one: a bare number never is, because `0.1` could be 0.1 % or 10 %.
 * Blanks around the word do not count; inside it there are none.
 */
export function parseWord(text: string, words: OnOffWords = { on: 'true', off: 'false' }): Word | undefined {
  const [head = '', ...rest] = text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '').split(';')
  const options: Record<string, string> = {}
  for (const option of rest) {
    const at = option.indexOf('=')
    const name = option.slice(0, Math.max(0, at))
    const value = option.slice(at + 1)
    if (!Object.hasOwn(OPTIONS, name) || name in options || OPTIONS[name]?.test(value) !== true) return undefined
    options[name] = value
  }
  if (head === words.off) return { exposure: 0, options }
  if (head === words.on) return { exposure: 100, options }
  const exposure = parsePercent(head)
  return exposure === undefined ? undefined : { exposure, options }
}

/** Parses `0.1%` as the env contract spells it: no blank, no sign, no leading zero. Undefined otherwise. */
export function parsePercent(text: string): Exposure | undefined {
  return PERCENT.test(text) ? parseExposure(text) : undefined
}
