import type { Bin } from '../judge/bin.ts'
import { beyondLastOf, bucketQuantile } from '../judge/counters.ts'
import type { Measures } from '../values/reading.ts'
import type { Rows } from './rows.ts'
import { BOUND_NAMES, histogramOf } from './synthetic/latency.ts'
import { NOBODY, type GroupTraffic } from './synthetic/pair-traffic.ts'

/** How a counting metric is measured in made-up traffic. */
export interface Measuring {
  /** Returns how many of these requests are looked at: the failed ones, or those slower than a bound that matters. */
  readonly partOf: (gained: GroupTraffic) => number
  /** Tells whether the sums alone say that the value is fine. */
  isSurelyFine(total: number, part: number): boolean
  /** Returns the value, a share or seconds; undefined where the judge would not take it for one. */
  valueOf(rows: Rows): number | undefined
  /** Returns the traffic that was counted so, and the counts of traffic. */
  gainedBy(counts: Bin['counts']): GroupTraffic
  countsOf(gained: GroupTraffic): Bin['counts']
}

/** Returns how a metric is measured; `isFine` tells whether a value breaks none of its rules. */
export function measuringOf(measures: Exclude<Measures, { what: 'gauge' }>, isFine: (value: number) => boolean): Measuring {
  return measures.what === 'failures' ? FAILURES : latencyOf(measures.quantile, isFine)
}

const FAILURES: Measuring = {
  partOf: ({ bad }) => bad,
  isSurelyFine: () => false,
  valueOf: (rows) => (rows.part() <= rows.total() ? rows.part() / rows.total() : undefined),
  gainedBy: ({ total = 0, bad = 0 }) => ({ ...NOBODY, total, bad }),
  countsOf: ({ total, bad }) => ({ bad, total }),
}

const FINITE = BOUND_NAMES.slice(0, -1).map(Number)
/** A quantile between two bounds is rounded: it may be the last bit above the upper one. */
const ROUNDED = 1 + 1e-9

function latencyOf(q: number, isFine: (value: number) => boolean): Measuring {
  // A quantile up to here is fine: where few enough are slower, nobody has to draw how much faster the others are.
  const bound = isFine(0) ? FINITE.findLastIndex((each) => isFine(each * ROUNDED)) : -1
  return {
    partOf: ({ latency }) => (bound < 0 ? 0 : latency.beyond(bound)),
    isSurelyFine: (total, part) => bound >= 0 && total - part >= q * total,
    valueOf: (rows) => {
      const all = rows.all()
      const counts = BOUND_NAMES.map((_, nth) => all.reduce((sum, { gained: { latency } }) => sum + latency.total - latency.beyond(nth), 0))
      return beyondLastOf(counts, q) ? undefined : bucketQuantile([...FINITE, Infinity], counts, q)
    },
    gainedBy: (counts) => {
      const total = counts['+Inf'] ?? 0
      return { total, bad: 0, latency: { total, beyond: (nth) => total - (counts[BOUND_NAMES[nth] ?? ''] ?? 0) } }
    },
    countsOf: ({ latency }) => histogramOf(latency),
  }
}
