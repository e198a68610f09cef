/** Tells whether two values of plain data are the same; keys in another order are. */
export function isSame(before: unknown, now: unknown): boolean {
  return JSON.stringify(before) === JSON.stringify(now) || JSON.stringify(sorted(before)) === JSON.stringify(sorted(now))
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.entries(value)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, each]) => [key, sorted(each)])
}
