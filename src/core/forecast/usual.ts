import { defined } from '../values/defined.ts'
import { rateOf } from '../evidence/likelihood.ts'
import { sum, type Bin } from '../judge/bin.ts'
import { quantile } from '../judge/counters.ts'
import { count, type Counting } from '../judge/counting.ts'
import type { Past } from '../ports.ts'
import type { Duration, Instant } from '../values/units.ts'
import { slownessOf } from './synthetic/latency.ts'

/** What a counting metric showed in its past, when nothing was rolled out. */
export interface Usual {
  /** From when on something is known. */
  readonly since: Instant
  /** Requests per second. */
  readonly perSecond: number
  /** The busiest hour of the day has so many times the traffic of the quietest; absent where less than two days are known. */
  readonly daily?: number
  /** Share of failed requests in hours without an incident, 0–1, and how far it wanders within an hour beyond chance: standard deviation of its logarithm. */
  readonly rate?: number
  readonly noise?: number
  /** How many times as slow as made-up requests those were; and the quantile in seconds. */
  readonly latency?: number
  readonly seconds?: number
}

/** The usual of one metric; `not` says why nothing is known of it. */
export type UsualOfMetric = { readonly metric: string } & ({ readonly usual: Usual } | { readonly not: string })

const HOUR: Duration = 3_600_000
const DAY = 24 * HOUR

/** Adds up the past of one metric. */
export function openUsual(): { add(past: Past): void; readonly usual: Usual | undefined } {
  let counting: Counting | undefined
  let last: Instant | undefined
  let since: Instant | undefined
  let q: number | undefined
  const hours = new Map<number, Bin[]>()
  return {
    add: ({ at, reading }) => {
      const { counting: next, counted } = count(counting, reading, ['all'], at)
      counting = next
      if (counted.is !== 'ratio' && counted.is !== 'quantile') {
        if (reading.is !== 'missing') last = at
        return
      }
      if (counted.is === 'quantile') q = counted.quantile
      const hour = Math.floor(at / HOUR)
      if (last !== undefined) hours.set(hour, [...(hours.get(hour) ?? []), { for: at - last, counts: counted.gained.all ?? {} }])
      since ??= last
      last = at
    },
    get usual() {
      const all = [...hours.values()].flat()
      const length = all.reduce((whole, bin) => whole + bin.for, 0)
      const counts = sum(all)
      const total = counts[q === undefined ? 'total' : '+Inf'] ?? 0
      if (since === undefined || !(total > 0) || !(length > 0)) return undefined
      const seconds = q === undefined ? undefined : quantile(counts, q)
      const isKnown = q !== undefined && seconds !== undefined && seconds > 0
      return defined({
        since,
        perSecond: (total / length) * 1000,
        daily: dailyOf(hours, q === undefined ? 'total' : '+Inf'),
        ...(q === undefined && failuresOf([...hours.values()])),
        ...(isKnown && { latency: slownessOf(q ?? 0, seconds), seconds }),
      })
    },
  }
}

/** An hour that fails so many times as often as the median one saw an incident: what is usual shows in the others. */
const INCIDENT = 3

function failuresOf(hours: readonly (readonly Bin[])[]): Pick<Usual, 'rate' | 'noise'> {
  const known = hours.filter((bins) => (sum(bins)['total'] ?? 0) > 0)
  // The lower of two in the middle: of few hours one incident may fill half.
  const median = known.map(failedIn).toSorted((a, b) => a - b)[Math.floor((known.length - 1) / 2)] ?? 0
  const isIncident = (bins: readonly Bin[]): boolean => median > 0 && failedIn(bins) > INCIDENT * median
  const calm = hours.map((bins, nth) => {
    if (isIncident(bins)) return []
    // An incident begins and ends within an hour, and hours by the clock.
    const isAfter = isIncident(hours[nth - 1] ?? [])
    const isBefore = isIncident(hours[nth + 1] ?? [])
    const first = isAfter ? bins.findIndex((bin) => !isIncident([bin])) : 0
    const last = isBefore ? bins.findLastIndex((bin) => !isIncident([bin])) : bins.length - 1
    return first === -1 ? [] : bins.slice(first, last + 1)
  })
  return { rate: failedIn(calm.flat()), noise: noiseOf(calm) }
}

function failedIn(bins: readonly Bin[]): number {
  const { bad = 0, total = 0 } = sum(bins)
  return rateOf({ bad, total })
}

/** An hour of fewer polls, or a day seen by so much less, shows no shape. */
const FEWEST = 5

/**
 * Returns the overdispersion of failures between the polls of an hour: Var x = np + (npσ)² where the logarithm of the
 * rate wanders by σ (method of moments, as for a negative binomial).
 */
function noiseOf(hours: readonly (readonly Bin[])[]): number {
  let [beyond, squares] = [0, 0]
  for (const bins of hours) {
    const { bad = 0, total = 0 } = sum(bins)
    if (bins.length < FEWEST || !(bad > 0)) continue
    const freed = bins.length / (bins.length - 1)
    for (const { counts } of bins) {
      const mean = ((counts['total'] ?? 0) * bad) / total
      beyond += ((counts['bad'] ?? 0) - mean) ** 2 * freed - mean
      squares += mean ** 2
    }
  }
  return squares > 0 ? Math.sqrt(Math.max(0, beyond / squares)) : 0
}

/** Returns how many times the traffic of the quietest hour of the day the busiest has, where two days are known. */
function dailyOf(hours: ReadonlyMap<number, readonly Bin[]>, whole: string): number | undefined {
  const known = [...hours.keys()]
  if ((Math.max(...known) - Math.min(...known)) * HOUR < 2 * DAY - HOUR) return undefined
  const rates = Array.from({ length: 24 }, (_, hour) => {
    const bins = known.filter((each) => each % 24 === hour).flatMap((each) => hours.get(each) ?? [])
    return (sum(bins)[whole] ?? 0) / bins.reduce((all, bin) => all + bin.for, 0)
  })
  const quietest = Math.min(...rates)
  return quietest > 0 ? Math.max(...rates) / quietest : undefined
}
