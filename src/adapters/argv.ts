import { z } from 'zod/mini'
import { shellWord } from '../core/values/shell-word.ts'

/** A command as a list of words, never a shell string. A NUL byte cannot be handed to a program. */
export const argv = z.tuple([z.string().check(z.regex(/^[^\0]+$/))], z.string().check(z.regex(/^[^\0]*$/)))

/** The words as a person would type them to a POSIX shell. */
export function shellLine(words: readonly string[]): string {
  return words.map(shellWord).join(' ')
}
