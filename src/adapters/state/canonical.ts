/**
 * JSON with the keys of every object sorted by code unit and without undefined members: the same
 * value always gives the same bytes, whatever store it has been through (RFC 8785 in spirit; numbers
 * and strings are written as JSON.stringify writes them, which is what the RFC asks for).
 */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) => (isPlain(each) ? sorted(each) : each))
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function sorted(value: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
