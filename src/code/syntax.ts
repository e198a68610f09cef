/** The syntax of one file, as far as a name in it is concerned. */
export interface Syntax {
  /**
   * Returns what a place is part of: a `comment`, running `text` (a string that is more than the name), a `key` taken out of the
   * environment by destructuring, `code` otherwise. The offset counts UTF-16 code units.
   */
  readonly partAt: (start: number, end: number) => SyntaxPart
}

export type SyntaxPart = 'comment' | 'text' | 'key' | 'code'

/** A file that its language's parser refuses: `line` and `column` from 1. */
export interface Unparsed {
  readonly why: string
  readonly line: number
  readonly column: number
}

/** Tells a file that could not be parsed from one that could. */
export function isUnparsed(read: Syntax | Unparsed): read is Unparsed {
  return 'why' in read
}
