import type { Metric } from '../plan/metric.ts'
import type { Duration } from '../values/units.ts'
import type { GroupTraffic } from './synthetic/pair-traffic.ts'

/** One poll: how long it lasted, the requests that came meanwhile, and how many of them are looked at. */
interface Row {
  readonly for: Duration
  readonly gained: GroupTraffic
  readonly part: number
}

/** The newest rows that cover the window and the samples needed, and their sums: `trim` of the judge, one poll at a time. */
export interface Rows {
  all(): readonly Row[]
  length(): number
  /** Requests, and those of them that are looked at. */
  total(): number
  part(): number
  push(lasted: Duration, gained: GroupTraffic): void
  /** Undoes the newest push, and returns its requests. */
  pop(): number
}

const MOST_LEFT = 32

/** Opens rows that begin with these, oldest first; `partOf` is how many requests of a row are looked at. */
export function openRows(
  { window, minSamples }: Pick<Metric, 'window' | 'minSamples'>,
  begun: readonly Pick<Row, 'for' | 'gained'>[],
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
    part += sign * row.part
  }
  const keep = (lasted: Duration, gained: GroupTraffic): void => {
    const row = { for: lasted, gained, part: partOf(gained) }
    rows.push(row)
    add(row, 1)
  }
  const isNeeded = (row: Row): boolean => lasts - row.for < window || total - row.gained.total < minSamples
  for (const row of begun) keep(row.for, row.gained)
  return {
    all: () => rows.slice(first),
    length: () => rows.length - first,
    total: () => total,
    part: () => part,
    push: (lasted, gained) => {
      // Few are kept that are not needed: what lives for long is not cheap to forget.
      if (first > MOST_LEFT) [rows, first] = [rows.slice(first), 0]
      before = first
      keep(lasted, gained)
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
