import type { Syntax } from './syntax.ts'

/** Returns the nodes around a place, the innermost first. */
type NodesAround = (start: number, end: number) => readonly { readonly kind: string; readonly start: number; readonly end: number }[]

const COMMENT = /comment/
const TEXT = /string|heredoc|char|text/
/** Parts of a string that are code again: what is filled in. */
const FILLED = /interpolation|expansion|substitution|variable/

/** Reads a tree of ast-grep as the syntax of a file. */
export function grammarSyntax(around: NodesAround): Syntax {
  return {
    partAt: (start, end) => {
      const chain = around(start, end)
      if (chain.some(({ kind }) => COMMENT.test(kind))) return 'comment'
      const nearest = chain.findIndex(({ kind }) => TEXT.test(kind))
      if (nearest < 0 || chain.slice(0, nearest).some(({ kind }) => FILLED.test(kind))) return 'code'
      // The content of a string is a node of its own in some grammars; its quotes are two of three more letters at most.
      const whole = chain[nearest]
      return whole && whole.end - whole.start <= end - start + 3 ? 'code' : 'text'
    },
  }
}
