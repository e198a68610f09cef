/** Writes a word as the sample is written: `TRUE` goes with `FALSE`, `True` with `False`. */
export function inCaseOf(sample: string, word: string): string {
  if (sample === sample.toLowerCase()) return word
  return sample === sample.toUpperCase() ? word.toUpperCase() : word.charAt(0).toUpperCase() + word.slice(1)
}
