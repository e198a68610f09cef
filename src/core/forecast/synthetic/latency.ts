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

/** The share beyond each bound, by the factor: a made-up world has few factors and millions of minutes. */
const known = new Map<number, readonly number[]>()
const MOST_KNOWN = 1000

/** How long the requests of a group took, drawn from the slow end as far as it is asked for: mostly nobody asks for all. */
export interface Latencies {
  readonly total: number
  /** Returns how many took longer than the bound in this place of `BOUND_NAMES`. */
  readonly beyond: (nth: number) => number
}

/** How many took longer than the bound in this place of `BOUNDS`. */
type Beyond = (nth: number) => number

/**
 * Draws the latencies of `total` requests, each `slower` times as slow as normal; see `bursts` for `size`. Takes one
 * number of the chance, however much is asked for.
 */
export function latencies(total: number, slower: number, size: number | undefined, chance: Chance): Latencies {
  const seed = chance() * 2 ** 32
  let beyond: Beyond | undefined
  return {
    total,
    beyond: (nth) => {
      if (nth >= BOUNDS.length) return 0
      beyond ??= size === undefined ? alone(total, tailsOf(slower), seeded(seed)) : together(total, tailsOf(slower), size, seeded(seed))
      return beyond(nth)
    },
  }
}

/** Returns the requests up to each bound, by its name. */
export function histogramOf({ total, beyond }: Latencies): Histogram {
  return Object.fromEntries(BOUND_NAMES.map((le, nth) => [le, total - beyond(nth)]))
}

function tailsOf(slower: number): readonly number[] {
  const found = known.get(slower)
  if (found) return found
  const tails = BOUNDS.map((bound) => upperTail(Math.log(bound / (MEDIAN * slower)) / SPREAD))
  // Noise makes a factor of its own for every minute.
  if (known.size < MOST_KNOWN) known.set(slower, tails)
  return tails
}

/** Of those that are not slower than one bound, each is slower than the bound below by itself. */
function alone(total: number, tails: readonly number[], chance: Chance): Beyond {
  const slowest = tails.length - 1
  const drawn: number[] = []
  let [above, before] = [0, 0]
  return (nth) => {
    for (let at = slowest - drawn.length; at >= nth; at -= 1) {
      const tail = tails[at] ?? 1
      above += binomial(total - above, (tail - before) / (1 - before), chance)
      before = tail
      drawn.push(above)
    }
    return drawn[slowest - nth] ?? 0
  }
}

/** All requests of a burst are as slow as each other. */
function together(total: number, tails: readonly number[], size: number, chance: Chance): Beyond {
  const parts = [...tails, 0].map((tail, nth) => bursts(total * ((tails[nth - 1] ?? 1) - tail), size, chance))
  const all = parts.reduce((sum, part) => sum + part, 0)
  let above = all
  const slow = tails.map((_, nth) => {
    above -= parts[nth] ?? 0
    return all === 0 ? 0 : Math.round((total * above) / all)
  })
  return (nth) => slow[nth] ?? 0
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
    if (bucketQuantile([...BOUNDS, Infinity], [...tailsOf(middle).map((tail) => 1 - tail), 1], q) < seconds) low = middle
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
