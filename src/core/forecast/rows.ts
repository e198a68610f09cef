import type { Metric } from '../plan/metric.ts'
import type { Duration } from '../values/units.ts'

/** Counts that were gained between two polls; the last is the whole. */
interface Row {
  readonly for: Duration
  readonly counts: readonly number[]
}

/** The newest rows that cover the window and the samples needed, and their sums: `trim` of the judge, one poll at a time. */
export interface Rows {
  readonly all: readonly Row[]
  readonly length: number
  readonly sums: readonly number[]
  push(lasts: Duration, counts: readonly number[]): void
  /** Undoes the newest push. */
  pop(): void
}

/** So many rows that are no longer needed are kept. */
const KEPT = 1000

/** Opens rows that begin with these, oldest first. */
export function openRows({ window, minSamples }: Pick<Metric, 'window' | 'minSamples'>, begun: readonly Row[]): Rows {
  let rows = [...begun]
  let [first, before] = [0, 0]
  const sums = (begun[0]?.counts ?? []).map((_, at) => begun.reduce((all, { counts }) => all + (counts[at] ?? 0), 0))
  const whole = sums.length - 1
  let length = begun.reduce((all, row) => all + row.for, 0)

  /** Counts are whole numbers: a sum is the same in whatever order it came to be. */
  const add = (row: Row, sign: 1 | -1): void => {
    length += sign * row.for
    for (let at = 0; at <= whole; at += 1) sums[at] = (sums[at] ?? 0) + sign * (row.counts[at] ?? 0)
  }
  const isNeeded = (row: Row): boolean => length - row.for < window || (sums[whole] ?? 0) - (row.counts[whole] ?? 0) < minSamples
  return {
    get all() {
      return rows.slice(first)
    },
    get length() {
      return rows.length - first
    },
    sums,
    push: (lasts, counts) => {
      if (first > KEPT) [rows, first] = [rows.slice(first), 0]
      before = first
      const newest = { for: lasts, counts }
      rows.push(newest)
      add(newest, 1)
      for (let row = rows[first]; row && !isNeeded(row); row = rows[first]) {
        add(row, -1)
        first += 1
      }
    },
    pop: () => {
      for (const row of rows.slice(before, first)) add(row, 1)
      first = before
      const newest = rows.pop()
      if (newest) add(newest, -1)
    },
  }
}
