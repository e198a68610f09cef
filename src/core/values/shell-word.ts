/** Characters that cannot be seen, or that change how others are read. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u

/**
 * Returns a word as a person types it to a POSIX shell, on one line: quoted only where the shell would read more into it,
 * and as `$'…'` (POSIX.1-2024, 2.2.4; `\u` as bash and zsh have it) where it holds what cannot be seen.
 */
export function shellWord(word: string): string {
  if (/^[\w./:=@%+,-]+$/.test(word)) return word
  return UNSEEN.test(word) ? `$'${Array.from(word, escaped).join('')}'` : `'${word.replaceAll("'", String.raw`'\''`)}'`
}

function escaped(letter: string): string {
  if (letter === "'" || letter === '\\') return `\\${letter}`
  // A log may read `##[` as a command of its own.
  if (!UNSEEN.test(letter) && letter !== '#') return letter
  return `\\u${(letter.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`
}
