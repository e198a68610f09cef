import { z } from 'zod'

/** A command as a list of words, never a shell string. A NUL byte cannot be handed to a program. */
export const argv = z.tuple([z.string().regex(/^[^\0]+$/)], z.string().regex(/^[^\0]*$/))

/** The words as a person would type them to a POSIX shell. */
export function shellLine(words: readonly string[]): string {
  return words.map(quote).join(' ')
}

/** One word as a person would type it: quoted only where the shell would read more into it. */
export function quote(word: string): string {
  return /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}
