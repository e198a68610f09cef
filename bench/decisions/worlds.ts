import type { World } from '../../src/core/forecast/synthetic/world.ts'

/** Requests a second. */
export type Rate = (typeof RATES)[number]
export const RATES = [1, 10, 100, 1000] as const

const BASE = 0.005
const INCIDENT = { between: [2, 12], lasts: 15, latency: 1.5 } as const

/**
 * The worlds of the benchmark: 0.5 % errors, lognormal latency in Prometheus' default buckets (median 120 ms, p99
 * 485 ms: the 1 % bucket has 1.5 times as many slow requests at +10 %, the limit of what must not be completed).
 */
export function worldsFor(rate: Rate): readonly World[] {
  return [
    { name: 'good', errors: BASE },
    // Three times the errors and a third, twice the traffic and half, within a day, from any hour on.
    { name: 'daily trend', errors: BASE, trend: { errors: 3, traffic: 2 } },
    // Wanders by 20 % (errors) and 5 % (latency) with a memory of five minutes: without tempering, kept up for 48
    // minutes at 1000/s, 44 % of good releases are called bad.
    { name: 'correlated noise', errors: BASE, noise: { errors: 0.2, latency: 0.05, memory: 0.8 } },
    { name: 'incident', errors: BASE, incident: { ...INCIDENT, off: 0.1, on: 0.1 } },
    { name: 'uneven incident', errors: BASE, incident: { ...INCIDENT, off: 0.05, on: 0.1 } },
    // Bursts of two requests on average, geometric, failing or slow together: three times the variance of Poisson.
    { name: 'heavy users', errors: BASE, burst: 2 },
    { name: 'at tolerance', errors: BASE, release: { errors: 1.1 * BASE } },
    { name: '0.75 %', errors: BASE, release: { errors: 0.0075 } },
    { name: '1 %', errors: BASE, release: { errors: 0.01 } },
    { name: '2 %', errors: BASE, release: { errors: 0.02 } },
    { name: '6 %', errors: BASE, release: { errors: 0.06 } },
    { name: 'latency +10 %', errors: BASE, release: { latency: 1.1 } },
    { name: 'latency +50 %', errors: BASE, release: { latency: 1.5 } },
    { name: 'latency +200 %', errors: BASE, release: { latency: 3 } },
    { name: '0 → 1 %', errors: 0, release: { errors: 0.01 } },
    // Good until about half of a good release's time is over; later and it is at 100 %, where nobody is left to compare with.
    { name: 'delayed 2 %', errors: BASE, release: { errors: 0.02, from: { 1: 300, 10: 30, 100: 8, 1000: 6 }[rate] } },
    // Outside the model: each group by itself, and for a reason that is no release.
    { name: 'both wander by 30 %', errors: BASE, noise: { errors: 0.3, latency: 0.05, memory: 0.85, arms: 'both' } },
    { name: 'incident apart', errors: BASE, incident: { ...INCIDENT, off: 0.1, on: 0.1, apart: 3 } },
    { name: 'retry storms', errors: BASE, storms: { every: 20, lasts: 3, retries: 4 } },
    { name: 'other time zones', errors: BASE, trend: { errors: 1.4, traffic: 1.2, ahead: 8 } },
    { name: 'one client', errors: BASE, client: 0.4 },
    { name: 'cold start', errors: BASE, coldStart: { lasts: 2, errors: 0.02, latency: 3 } },
    // Half a minute apart: read every 30 s, the groups move in turn.
    { name: 'scraped in turn', errors: BASE, scrape: { every: 1, apart: 0.5 } },
    { name: '2 % scraped in turn', errors: BASE, release: { errors: 0.02 }, scrape: { every: 1, apart: 0.5 } },
    { name: '0.01 → 0.04 %', errors: 0.0001, release: { errors: 0.0004 } },
    { name: 'good, 2 % errors', errors: 0.02 },
    { name: 'bad in incident', errors: BASE, release: { errors: 0.01 }, incident: { ...INCIDENT, off: 0.1, on: 0.1 } },
  ]
}
