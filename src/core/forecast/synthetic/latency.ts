import type { Histogram } from '../../evidence/buckets.ts'
import { bucketQuantile } from '../../judge/counters.ts'
import { binomial, bursts, type Chance } from './chance.ts'

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

/**
 * Draws a cumulative histogram of the latency of `total` requests, each `slower` times as slow as normal; see `bursts`
 * for `size`.
 */
export function latencies(total: number, slower: number, size: number | undefined, chance: Chance): readonly number[] {
  const tails = tailsOf(slower)
  return size === undefined ? alone(total, tails, chance) : together(total, tails, size, chance)
}

/** Returns counts in the order of `BOUND_NAMES` by their names. */
export function histogramOf(counts: readonly number[]): Histogram {
  return Object.fromEntries(BOUND_NAMES.map((le, nth) => [le, counts[nth] ?? 0]))
}

function tailsOf(slower: number): readonly number[] {
  const found = known.get(slower)
  if (found) return found
  const tails = BOUNDS.map((bound) => upperTail(Math.log(bound / (MEDIAN * slower)) / SPREAD))
  // Noise makes a factor of its own for every minute.
  if (known.size < MOST_KNOWN) known.set(slower, tails)
  return tails
}

/** Of those slower than one bound, each is slower than the next by itself. */
function alone(total: number, tails: readonly number[], chance: Chance): readonly number[] {
  const counts: number[] = []
  let [above, before] = [total, 1]
  for (const tail of tails) {
    above = binomial(above, before > 0 ? tail / before : 0, chance)
    before = tail
    counts.push(total - above)
  }
  counts.push(total)
  return counts
}

/** All requests of a burst are as slow as each other. */
function together(total: number, tails: readonly number[], size: number, chance: Chance): readonly number[] {
  const parts = [...tails, 0].map((tail, nth) => bursts(total * ((tails[nth - 1] ?? 1) - tail), size, chance))
  const all = parts.reduce((sum, part) => sum + part, 0)
  let above = all
  const fast = tails.map((_, nth) => {
    above -= parts[nth] ?? 0
    return all === 0 ? total : total - Math.round((total * above) / all)
  })
  return [...fast, total]
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
