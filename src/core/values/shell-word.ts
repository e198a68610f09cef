/** Returns a word as a person types it to a POSIX shell: quoted only where the shell would read more into it. */
export function shellWord(word: string): string {
  return /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}
