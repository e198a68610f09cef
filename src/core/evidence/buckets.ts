import { ln } from './elementary.ts'
import type { Group } from './likelihood.ts'

/** Requests by upper bound (`le`), cumulative, with '+Inf' for all: what a histogram gained between two polls. */
export type Histogram = { readonly [le: string]: number }

/** The share of requests that are slower than the rarer of the two buckets that are watched, about. */
export const SLOWEST = 0.01
const TAILS = [0.1, SLOWEST]

/** A bucket is chosen once so many requests of the toggle-off group have been seen: three of them in the 1 % tail. */
export const ENOUGH = 300

/**
 * Chooses the buckets beyond which about 10 % and about 1 % of these requests are: one or two, the nearest in ratio.
 * Where nothing is beyond any bound, the lowest: nothing may come to be. Chosen once, from polls that do not count
 * themselves; none without requests or a finite bound.
 */
export function chooseBuckets(off: Histogram): readonly string[] {
  const all = off['+Inf'] ?? 0
  const tails = Object.keys(off).flatMap((le) => {
    const slow = all - (off[le] ?? 0)
    return le !== '+Inf' && slow > 0 ? [{ le, share: slow / all }] : []
  })
  const chosen = TAILS.flatMap((tail) => {
    const [nearest] = tails.toSorted((a, b) => Math.abs(ln(a.share / tail)) - Math.abs(ln(b.share / tail)) || Number(a.le) - Number(b.le))
    return nearest ? [nearest.le] : []
  })
  if (chosen.length > 0 || all === 0) return [...new Set(chosen)]
  const bounds = Object.keys(off).filter((le) => le !== '+Inf')
  return bounds.toSorted((a, b) => Number(a) - Number(b)).slice(0, 1)
}

/** Adds what came later, bound by bound; a set of bounds that changed starts over. */
export function plusHistogram(seen: Histogram, more: Histogram): Histogram {
  const bounds = Object.keys(more)
  const same = bounds.length === Object.keys(seen).length && bounds.every((le) => seen[le] !== undefined)
  return same ? Object.fromEntries(bounds.map((le) => [le, (seen[le] ?? 0) + (more[le] ?? 0)])) : more
}

/** Returns the requests slower than a bucket; undefined when the histogram no longer has it. */
export function slowerThan(le: string, histogram: Histogram): Group | undefined {
  const total = histogram['+Inf']
  const fast = histogram[le]
  return total === undefined || fast === undefined ? undefined : { total, bad: total - fast }
}
