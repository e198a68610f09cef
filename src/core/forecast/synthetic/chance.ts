/** Chance that can be replayed: 0 ≤ x < 1, the same seed gives the same numbers. */
export type Chance = () => number

/**
 * Returns a generator of numbers from 0 to 1: mulberry32 by Tommy Ettinger, public domain, 32 bits of state,
 * equidistributed.
 */
export function seeded(seed: number): Chance {
  // Signed: a whole number of 32 bits that Node keeps without making an object of it.
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Draws a standard normal number (Box & Muller 1958). */
export function normal(chance: Chance): number {
  return Math.sqrt(-2 * Math.log(1 - chance())) * Math.cos(2 * Math.PI * chance())
}

/** Above this mean a count is rounded from a normal number with the skew put back (Cornish & Fisher 1938). */
const MANY = 30

/** Draws a Poisson number: while the mean is small by inversion, one term of the distribution after the other. */
export function poisson(mean: number, chance: Chance): number {
  if (!(mean > 0)) return 0
  if (mean > MANY) return nearNormal(mean, mean, 1, chance)
  let left = chance()
  let count = 0
  for (let term = Math.exp(-mean); left >= term && term > 0; term *= mean / count) {
    left -= term
    count += 1
  }
  return count
}

/**
 * Draws how many of `n` succeed, each with `probability`: while they are few by inversion (BINV of Kachitvichyanukul &
 * Schmeiser 1988).
 */
export function binomial(n: number, probability: number, chance: Chance): number {
  if (!(probability > 0) || n <= 0) return 0
  if (probability > 0.5) return n - binomial(n, 1 - probability, chance)
  const mean = n * probability
  if (mean > MANY) return Math.min(n, nearNormal(mean, mean * (1 - probability), 1 - 2 * probability, chance))
  const odds = probability / (1 - probability)
  let left = chance()
  // Mostly none of a few: 1 − nπ ≤ (1 − π)ⁿ (Bernoulli).
  if (left < 1 - mean) return 0
  let count = 0
  for (let term = Math.exp(n * Math.log1p(-probability)); left >= term && count < n; term *= odds * ((n + 1) / count - 1)) {
    left -= term
    count += 1
  }
  return count
}

function nearNormal(mean: number, variance: number, skew: number, chance: Chance): number {
  const z = normal(chance)
  return Math.max(0, Math.round(mean + Math.sqrt(variance) * z + (skew * (z * z - 1)) / 6))
}

/** A gamma number of shape n ≥ 1 and scale 1 (Marsaglia & Tsang 2000). */
function gamma(n: number, chance: Chance): number {
  const d = n - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const x = normal(chance)
    const v = (1 + c * x) ** 3
    if (v > 0 && Math.log(1 - chance()) < (x * x) / 2 + d - d * v + d * Math.log(v)) return d * v
  }
}

/**
 * Draws a count of requests that come in bursts of geometric size, `size` on average: variance 2·size − 1 times that of
 * Poisson. What the bursts have beyond their first requests is negative binomial: Poisson with a gamma mean.
 */
export function bursts(mean: number, size: number, chance: Chance): number {
  const firsts = poisson(mean / size, chance)
  return firsts === 0 ? 0 : firsts + poisson(gamma(firsts, chance) * (size - 1), chance)
}
