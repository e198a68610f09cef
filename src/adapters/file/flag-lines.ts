import { Document, stringify, visit } from 'yaml'
import type { Json } from '../../core/values/json.ts'

/*
 * YAML 1.1, which flagd and GO Feature Flag read, has more words that must stand between quotes to be texts: yes, no, on, off.
 */
const VERSION = '1.1'

/** A flag as a JSON value. */
export type Flag = { readonly [key: string]: Json }

/** Returns the lines of a flag, in block style. */
export function linesOfFlag(flag: Flag, indent: string): readonly string[] {
  const document = new Document(flag, { version: VERSION })
  visit(document, {
    Seq: (_, list) => {
      list.flow = true
    },
    // In a block it would take every empty line behind the flag for its own.
    Scalar: (_, text) => {
      if (/(?:\n|^)\n$/.test(String(text.value))) text.type = 'QUOTE_DOUBLE'
    },
  })
  const lines = document.toString({ indent: 2 }).trimEnd().split('\n')
  return lines.map((line) => indent + line)
}

/** Returns the name of a flag as a key. */
export function nameOfFlag(flag: string): string {
  return stringify(flag, { version: VERSION }).trimEnd()
}
