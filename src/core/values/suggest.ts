/** Returns the known word nearest to what was written, when it is near enough to be a slip; undefined otherwise. */
export function suggest(written: string, known: Iterable<string>): string | undefined {
  const far = Math.max(2, Math.floor(written.length / 3))
  // A word that is longer or shorter by more than that cannot be near; and a huge one is never measured.
  const candidates = [...known].filter((word) => Math.abs(word.length - written.length) <= far)
  const near = candidates.map((word) => ({ word, distance: distance(written.toLowerCase(), word.toLowerCase()) }))
  return near.filter((each) => each.distance <= far).toSorted((a, b) => a.distance - b.distance)[0]?.word
}

/** Letters of a word in which one wrong letter hardly makes another word: `miss` and `mist` are two, `error` and `eror` are one. */
const TELLING = 5
/** Letters: nobody has typed a longer one. */
const LONGEST = 64

/**
 * Tells whether what was written is a word spelled with one letter too many, too few, wrong or swapped, or in capitals.
 * What differs in a digit is another number, and what is the end of the other its opposite (`normal`, `abnormal`). Words
 * of fewer letters than `telling` are none's slip.
 */
export function isSlip(written: string, word: string, telling = TELLING): boolean {
  if (written === word || Math.max(written.length, word.length) > LONGEST) return false
  const [a, b] = [written.toLowerCase(), word.toLowerCase()]
  if (a === b) return true
  if (b.length < telling || a.endsWith(b) || b.endsWith(a) || Math.abs(a.length - b.length) > 1) return false
  return withoutDigits(a) !== withoutDigits(b) && distance(a, b) === 1
}

function withoutDigits(text: string): string {
  return text.replaceAll(/\d/g, '')
}

/** Edits between two words, a swap of neighbours counting as one (optimal string alignment). */
function distance(a: string, b: string): number {
  const rows = Array.from({ length: a.length + 1 }, (_, i) =>
    Array.from({ length: b.length + 1 }, (__, j) => (i === 0 ? j : j === 0 ? i : 0)),
  )
  const at = (i: number, j: number): number => rows[i]?.[j] ?? Number.POSITIVE_INFINITY
  for (let i = 1; i <= a.length; i += 1) {
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY
      const row = rows[i]
      if (row) row[j] = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + same, swapped)
    }
  }
  return at(a.length, b.length)
}
