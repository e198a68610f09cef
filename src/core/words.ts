import type { Toggle } from './plan.ts'
import { formatExposure, parseExposure, type Exposure } from './units.ts'

/** `FEATURE_X=false | true | <n>%[;key=…][;seg=a,b][;hash=flagd2]`: the env contract. */
export interface Word {
  readonly exposure: Exposure
  readonly options: { readonly [name: string]: string }
}

const OPTIONS = new Set(['key', 'seg', 'hash'])

/** The word that says this exposure to the application. */
export function wordFor(toggle: Pick<Toggle, 'words'>, exposure: Exposure): string {
  if (exposure === 0) return toggle.words.off
  if (exposure === 100) return toggle.words.on
  return formatExposure(exposure)
}

/**
 * Reads a word back. Undefined when it is not one: a bare number never is, because
 * `0.1` could be 0.1 % or 10 %.
 */
export function parseWord(text: string, words: Toggle['words'] = { on: 'true', off: 'false' }): Word | undefined {
  const [head = '', ...rest] = text.trim().split(';')
  const options: Record<string, string> = {}
  for (const option of rest) {
    const [, name, value] = /^([a-z]+)=(\S+)$/.exec(option.trim()) ?? []
    if (name === undefined || value === undefined || !OPTIONS.has(name) || name in options) return undefined
    options[name] = value
  }
  if (head === words.off) return { exposure: 0, options }
  if (head === words.on) return { exposure: 100, options }
  const exposure = parseExposure(head)
  return exposure === undefined ? undefined : { exposure, options }
}
