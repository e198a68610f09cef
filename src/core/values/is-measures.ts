import type { Measures } from './reading.ts'

/** Tells whether a value, of a file of the user's own perhaps, says what is measured. */
export function isMeasures(value: unknown): value is Measures {
  if (typeof value !== 'object' || value === null || !('what' in value)) return false
  if (value.what === 'gauge') return true
  const isCounted = 'groups' in value && (value.groups === 1 || value.groups === 2)
  if (value.what === 'failures') return isCounted
  const q = 'quantile' in value && typeof value.quantile === 'number' ? value.quantile : Number.NaN
  return value.what === 'latency' && isCounted && q > 0 && q < 1
}
