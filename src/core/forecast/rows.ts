import type { Metric } from '../plan/metric.ts'
import type { Duration } from '../values/units.ts'
import type { GroupTraffic } from './synthetic/pair-traffic.ts'

/** One poll: how long it lasted, and the requests that came meanwhile. */
interface Row {
  readonly for: Duration
  readonly gained: GroupTraffic
}

/** The newest rows that cover the window and the samples needed, and their sums: `trim` of the judge, one poll at a time. */
export interface Rows {
  readonly all: readonly Row[]
  readonly length: number
  /** Requests, and those of them that are looked at. */
  readonly total: number
  readonly part: number
  push(row: Row): void
  /** Undoes the newest push, and returns its requests. */
  pop(): number
}

const MOST_LEFT = 32

/** Opens rows that begin with these, oldest first; `partOf` is how many requests of a row are looked at. */
export function openRows(
  { window, minSamples }: Pick<Metric, 'window' | 'minSamples'>,
  begun: readonly Row[],
  partOf: (gained: GroupTraffic) => number,
): Rows {
  let rows: Row[] = []
  // Where the oldest row is that is still needed: now, and before the newest push.
  let [first, before] = [0, 0]
  let [lasts, total, part] = [0, 0, 0]

  /** Counts are whole numbers: a sum is the same in whatever order it came to be. */
  const add = (row: Row, sign: 1 | -1): void => {
    lasts += sign * row.for
    total += sign * row.gained.total
    part += sign * partOf(row.gained)
  }
  const keep = (row: Row): void => {
    rows.push(row)
    add(row, 1)
  }
  const isNeeded = (row: Row): boolean => lasts - row.for < window || total - row.gained.total < minSamples
  begun.forEach(keep)
  return {
    get all() {
      return rows.slice(first)
    },
    get length() {
      return rows.length - first
    },
    get total() {
      return total
    },
    get part() {
      return part
    },
    push: (newest) => {
      // Few are kept that are not needed: what lives for long is not cheap to forget.
      if (first > MOST_LEFT) [rows, first] = [rows.slice(first), 0]
      before = first
      keep(newest)
      for (let oldest = rows[first]; oldest && !isNeeded(oldest); oldest = rows[first]) {
        add(oldest, -1)
        first += 1
      }
    },
    pop: () => {
      for (const row of rows.slice(before, first)) add(row, 1)
      first = before
      const newest = rows.pop()
      if (newest) add(newest, -1)
      return newest?.gained.total ?? 0
    },
  }
}
