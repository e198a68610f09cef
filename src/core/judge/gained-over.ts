import { sum, type Bin } from './bin.ts'
import { count, type Counting } from './counting.ts'
import type { Reading } from '../values/reading.ts'
import type { Instant } from '../values/units.ts'

/** Returns what the counters of readings gained, one after another, as the judge counts them; nothing of those that are missing. */
export function gainedOver(readings: readonly { readonly at: Instant; readonly reading: Reading }[]): Bin['counts'] {
  let counting: Counting | undefined
  const bins = readings.flatMap(({ at, reading }): readonly Bin[] => {
    const found = count(counting, reading, ['all'], at)
    counting = found.counting
    const { counted } = found
    return counted.is === 'ratio' || counted.is === 'quantile' ? [{ for: 0, counts: counted.gained.all ?? {} }] : []
  })
  return sum(bins)
}
