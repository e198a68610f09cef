/** How a toggle ended, as the code is told of it from now on. */
export interface ToggleEnd {
  /** Its name, and its variable where that is another. */
  readonly names: readonly string[]
  /** The side that stays. */
  readonly keep: 'on' | 'off'
  /** What its variable holds on either side. */
  readonly words: { readonly on: string; readonly off: string }
  /** Functions of the project's own that answer whether it is on, beside `isEnabled`. */
  readonly asks: readonly string[]
  /** What a module exports that is a constant now, by the name that a file imports it by. */
  readonly imports?: (source: string) => Constants | undefined
  /** Whether a module that it imports does something when it is loaded. */
  readonly acts?: (source: string) => boolean
}

/** Exported names: the value of each, undefined where a constant is somewhere within it. */
export type Constants = ReadonlyMap<string, boolean | undefined>

/** Why a place is left where the toggle was. */
export const HELD = 'a constant is left here'

/** A place that is left to people, and why; in the text as it is afterwards, from 1. */
export interface LeftPlace {
  readonly line: number
  readonly column: number
  readonly why: string
}

/** One file without the toggle, as far as that is sure. */
export interface Removed {
  readonly text: string
  readonly left: readonly LeftPlace[]
  /** What other files may read of what is a constant now. */
  readonly exports?: Constants
  /** Whether it does something when it is loaded. */
  readonly acts?: boolean
}
