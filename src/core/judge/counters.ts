import { sum, type Bin } from './bin.ts'
import type { Metric } from '../plan/metric.ts'
import type { Series } from '../values/reading.ts'

/** `bad`, `total`, or a bucket's upper bound → its cumulative series. */
export type Counters = { readonly [key: string]: Series }

/** Returns what each counter shows, all its series together. */
export function totals(counters: Counters): Bin['counts'] {
  return Object.fromEntries(
    Object.entries(counters).map(([key, series]) => [key, Object.values(series).reduce((all, each) => all + each, 0)]),
  )
}

/** Drops bins from the far end once the rest covers both the window and the samples needed. */
export function trim(bins: readonly Bin[], metric: Pick<Metric, 'window' | 'minSamples'>, whole: string): readonly Bin[] {
  let from = 0
  let length = bins.reduce((all, bin) => all + bin.for, 0)
  let samples = bins.reduce((all, bin) => all + (bin.counts[whole] ?? 0), 0)
  for (const bin of bins) {
    length -= bin.for
    samples -= bin.counts[whole] ?? 0
    if (length < metric.window || samples < metric.minSamples) break
    from += 1
  }
  return merge(bins.slice(from))
}

/** Bounded memory: neighbours are merged while there are more than 64, at the cost of a coarser window. */
function merge(bins: readonly Bin[]): readonly Bin[] {
  if (bins.length <= 64) return bins
  const pairs: Bin[] = []
  for (let nth = 0; nth < bins.length; nth += 2) {
    const pair = bins.slice(nth, nth + 2)
    pairs.push({ for: pair.reduce((all, bin) => all + bin.for, 0), counts: sum(pair) })
  }
  return pairs
}

/** Tells whether the q-quantile lies in the +Inf bucket: then `quantile` is only its lower bound. */
export function beyondLast(buckets: { readonly [le: string]: number }, q: number): boolean {
  let most = 0
  for (const [le, count] of Object.entries(buckets)) if (le !== '+Inf') most = Math.max(most, count)
  return q * (buckets['+Inf'] ?? 0) > most
}

/** Tells the same of cumulative counts in the order of their bounds, +Inf last. */
export function beyondLastOf(counts: readonly number[], q: number): boolean {
  const rank = q * (counts.at(-1) ?? 0)
  return rank > 0 && counts.every((count, nth) => count < rank || nth === counts.length - 1)
}

/**
 * Returns the q-quantile (0–1) of cumulative buckets, by linear interpolation inside the bucket, as Prometheus'
 * histogram_quantile does it (promql/quantile.go, bucketQuantile). A quantile in the +Inf bucket is the highest finite
 * bound. NaN without observations or without a finite bucket.
 */
export function quantile(buckets: { readonly [le: string]: number }, q: number): number {
  const bounds = sortedBounds(buckets)
  return bucketQuantile(
    bounds.map(({ le }) => le),
    bounds.map(({ count }) => count),
    q,
  )
}

/** Returns the quantile of cumulative counts, each up to the bound in its place; bounds grow. */
export function bucketQuantile(bounds: readonly number[], counts: readonly number[], q: number): number {
  const all = counts.at(-1) ?? 0
  if (all === 0 || bounds.length < 2) return Number.NaN
  const rank = q * all
  const nth = counts.findIndex((count) => count >= rank)
  const [le, count] = [bounds[nth], counts[nth]]
  const [from, below] = [bounds[nth - 1] ?? 0, counts[nth - 1] ?? 0]
  if (le === undefined || count === undefined) return Number.NaN
  if (le === Number.POSITIVE_INFINITY) return from
  if ((nth === 0 && le <= 0) || count === below) return le
  return from + ((le - from) * (rank - below)) / (count - below)
}

function sortedBounds(buckets: { readonly [le: string]: number }): readonly { readonly le: number; readonly count: number }[] {
  return Object.keys(buckets)
    .map((le) => ({ le: le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le), count: buckets[le] ?? 0 }))
    .toSorted((a, b) => a.le - b.le)
}
