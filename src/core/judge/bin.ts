import type { Duration } from '../values/units.ts'

/** Increments over a stretch of watched time. */
export interface Bin {
  readonly for: Duration
  readonly counts: { readonly [key: string]: number }
}

/** Returns the sum of all bins, key by key. */
export function sum(bins: readonly Bin[]): { readonly [key: string]: number } {
  const sums: Record<string, number> = {}
  for (const bin of bins) {
    for (const key of Object.keys(bin.counts)) sums[key] = (sums[key] ?? 0) + (bin.counts[key] ?? 0)
  }
  return sums
}
