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
  /** Requests, and those of them that are looked at. */
  readonly total: number
  readonly part: number
  push(row: Row): void
  /** Undoes the newest push, and returns its requests. */
  pop(): number
}

/** Opens rows that begin with these, oldest first; `partOf` is how many requests of a row are looked at. */
export function openRows(
  { window, minSamples }: Pick<Metric, 'window' | 'minSamples'>,
  begun: readonly Row[],
  partOf: (gained: GroupTraffic) => number,
): Rows {
  const rows: Row[] = []
  // What the newest push left behind.
  let left: Row[] = []
  let [lasts, total, part] = [0, 0, 0]

  /** Counts are whole numbers: a sum is the same in whatever order it came to be. */
  const add = (row: Row, sign: 1 | -1): void => {
    lasts += sign * row.for
    total += sign * row.gained.total
    part += sign * partOf(row.gained)
  }
  const isNeeded = (row: Row): boolean => lasts - row.for < window || total - row.gained.total < minSamples
  const keep = (row: Row): void => {
    rows.push(row)
    add(row, 1)
  }
  begun.forEach(keep)
  return {
    all: rows,
    get total() {
      return total
    },
    get part() {
      return part
    },
    push: (newest) => {
      keep(newest)
      left = []
      for (let oldest = rows[0]; oldest && !isNeeded(oldest); oldest = rows[0]) {
        add(oldest, -1)
        left.push(oldest)
        rows.shift()
      }
    },
    pop: () => {
      for (const row of left) add(row, 1)
      rows.unshift(...left)
      left = []
      const newest = rows.pop()
      if (newest) add(newest, -1)
      return newest?.gained.total ?? 0
    },
  }
}
