/** So many of a kind are named; of more, how many there are. */
export const FEW = 10

/** Joins texts; of many the first ones, and how many more there are. */
export function joinFew(texts: readonly string[], separator = ', ', most = FEW): string {
  const shown = texts.slice(0, most).join(separator)
  return texts.length > most ? `${shown} and ${formatCount(texts.length - most)} more` : shown
}

/** Formats a count for people: `1,000`. */
export function formatCount(count: number): string {
  return String(count).replaceAll(/\B(?=(\d{3})+$)/g, ',')
}
