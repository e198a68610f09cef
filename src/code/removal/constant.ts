import type { ToggleEnd } from './toggle-end.ts'

/** A value that can be written down. */
export type Primitive = string | boolean | null | undefined

/** The value of an expression: the same however the program runs. */
export type Constant =
  | { readonly is: 'value'; readonly value: Primitive; readonly isOurs: boolean; readonly isWord?: true }
  /** A promise of it, and a function that gives it. */
  | { readonly is: 'promise' | 'function'; readonly of: Constant; readonly isOurs: boolean }

/** What a program does to a word before it looks at it. */
export const TEXT_METHODS: { readonly [method: string]: (text: string) => string } = {
  toLowerCase: (text) => text.toLowerCase(),
  toUpperCase: (text) => text.toUpperCase(),
  toLocaleLowerCase: (text) => text.toLowerCase(),
  trim: (text) => text.trim(),
  toString: (text: string) => text,
}

/** Returns a value that the program says itself. */
export function literalOf(value: Primitive): Constant {
  return { is: 'value', value, isOurs: false }
}

/** Returns a value that follows from the toggle. */
export function ours(known: Constant | undefined): Constant | undefined {
  return known && { ...known, isOurs: true }
}

/** Tells whether it holds in a condition. */
export function isTruthy(known: Constant): boolean {
  return known.is !== 'value' || Boolean(known.value)
}

/** Tells whether it is null or undefined. */
export function isNothing(known: Constant): boolean {
  return known.is === 'value' && (known.value === null || known.value === undefined)
}

/** Tells whether it is the word of the variable, or made of it. */
export function isWordly(known: Constant | undefined): boolean {
  return known?.is === 'value' && known.isWord === true
}

/** Returns the text that a word is compared with and that the plan never writes: whoever compares with it has another contract than the plan. */
export function strangeWord(left: Constant, right: Constant, words: ToggleEnd['words']): string | undefined {
  const other = isWordly(left) ? right : isWordly(right) ? left : undefined
  if (other?.is !== 'value' || typeof other.value !== 'string' || isWordly(other)) return undefined
  const known = [words.on, words.off].flatMap((each) => [each, each.toUpperCase(), each.toLowerCase()])
  return known.includes(other.value) ? undefined : other.value
}
