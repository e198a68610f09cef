import { RE2JS } from 're2js'

/** A regular expression of RE2, as Prometheus has them: its time grows with the text and no faster, whatever it says. */
export interface Pattern {
  /** Tells whether it fits the whole text. */
  readonly fits: (text: string) => boolean
  /** Tells whether it fits somewhere in the text. */
  readonly isIn: (text: string) => boolean
}

/** Returns a regular expression; undefined where it is none. A dot is a line break too where `dotAll`. */
export function parsePattern(written: string, { dotAll = false } = {}): Pattern | undefined {
  try {
    const compiled = RE2JS.compile(written, dotAll ? RE2JS.DOTALL : 0)
    return { fits: (text) => compiled.matches(text), isIn: (text) => compiled.matcher(text).find() }
  } catch {
    return undefined
  }
}
