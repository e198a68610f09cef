import type { Histogram } from '../../evidence/buckets.ts'
import { bucketQuantile } from '../../judge/counters.ts'
import { binomial, bursts, seeded, type Chance } from './chance.ts'

/**
 * Lognormal latency: half of all requests are faster than `MEDIAN` seconds, one in a hundred slower than four times
 * that.
 */
const MEDIAN = 0.12
const SPREAD = 0.6

/** Upper bounds of the default buckets of Prometheus' client libraries (client_golang, DefBuckets), in seconds. */
const BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
/** What they are called, and all: the histograms here count in this order. */
export const BOUND_NAMES: readonly string[] = [...BOUNDS.map(String), '+Inf']

/** Shares of requests, 0–1, by the bounds in their order. */
interface Tails {
  /** Slower than each bound, of all. */
  readonly beyond: readonly number[]
  /** Slower than each bound, of those that are not slower than the next. */
  readonly between: readonly number[]
}

/** The tails by the factor: a made-up world has few factors and millions of minutes. */
const known = new Map<number, Tails>()
const MOST_KNOWN = 1000

/** How long the requests of a group took, drawn from the slow end as far as it is asked for: mostly nobody asks for all. */
export interface Latencies {
  readonly total: number
  /** Returns how many took longer than the bound in this place of `BOUND_NAMES`. */
  readonly beyond: (nth: number) => number
}

/**
 * Draws the latencies of `total` requests, each `slower` times as slow as normal; see `bursts` for `size`. Takes one
 * number of the chance, however much is asked for.
 */
export function latencies(total: number, slower: number, size: number | undefined, chance: Chance): Latencies {
  const seed = chance() * 2 ** 32
  let [asked, found] = [-1, 0]
  let all: readonly number[] | undefined
  return {
    total,
    beyond: (nth) => {
      if (nth >= BOUNDS.length) return 0
      if (nth === asked) return found
      // Mostly one bound is all that anybody asks for.
      if (asked === -1 && size === undefined) {
        ;[asked, found] = [nth, alone(total, tailsOf(slower), seeded(seed), nth)]
        return found
      }
      all ??= size === undefined ? eachAlone(total, tailsOf(slower), seeded(seed)) : together(total, tailsOf(slower), size, seeded(seed))
      return all[nth] ?? 0
    },
  }
}

/** Returns the requests up to each bound, by its name. */
export function histogramOf({ total, beyond }: Latencies): Histogram {
  const counts: Record<string, number> = {}
  for (let nth = 0; nth < BOUND_NAMES.length; nth += 1) counts[BOUND_NAMES[nth] ?? ''] = total - beyond(nth)
  return counts
}

function tailsOf(slower: number): Tails {
  const found = known.get(slower)
  if (found) return found
  const beyond = BOUNDS.map((bound) => upperTail(Math.log(bound / (MEDIAN * slower)) / SPREAD))
  const between = beyond.map((tail, nth) => (tail - (beyond[nth + 1] ?? 0)) / (1 - (beyond[nth + 1] ?? 0)))
  const tails = { beyond, between }
  // Noise makes a factor of its own for every minute.
  if (known.size < MOST_KNOWN) known.set(slower, tails)
  return tails
}

/** Of those that are not slower than one bound, each is slower than the bound below by itself: down to the bound in this place. */
function alone(total: number, { between }: Tails, chance: Chance, lowest: number): number {
  let above = 0
  for (let at = between.length - 1; at >= lowest; at -= 1) above += binomial(total - above, between[at] ?? 1, chance)
  return above
}

function eachAlone(total: number, { between }: Tails, chance: Chance): readonly number[] {
  let above = 0
  return between
    .toReversed()
    .map((share) => (above += binomial(total - above, share, chance)))
    .toReversed()
}

/** All requests of a burst are as slow as each other. */
function together(total: number, { beyond: tails }: Tails, size: number, chance: Chance): readonly number[] {
  const parts = [...tails, 0].map((tail, nth) => bursts(total * ((tails[nth - 1] ?? 1) - tail), size, chance))
  const all = parts.reduce((sum, part) => sum + part, 0)
  let above = all
  return tails.map((_, nth) => {
    above -= parts[nth] ?? 0
    return all === 0 ? 0 : Math.round((total * above) / all)
  })
}

/** No application is so many times as fast, or as slow, as this one. */
const EXTREME = 100

/**
 * Returns how many times as slow requests are whose q-quantile (0–1) is read as `seconds`: read from buckets, a quantile
 * is not the true one.
 */
export function slownessOf(q: number, seconds: number): number {
  let [low, high] = [1 / EXTREME, EXTREME]
  while (high / low > 1.001) {
    const middle = Math.sqrt(low * high)
    if (bucketQuantile([...BOUNDS, Infinity], [...tailsOf(middle).beyond.map((tail) => 1 - tail), 1], q) < seconds) low = middle
    else high = middle
  }
  return low
}

/** P(Z > z) of a standard normal Z, to seven digits in the tail (Press et al., Numerical Recipes, erfcc). */
function upperTail(z: number): number {
  const x = Math.abs(z) / Math.SQRT2
  const t = 1 / (1 + 0.5 * x)
  const terms = [-1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223, 0.17087277]
  const series = terms.reduceRight((sum, term) => sum * t + term, 0)
  const tail = (t * Math.exp(-x * x + series)) / 2
  return z >= 0 ? tail : 1 - tail
}
