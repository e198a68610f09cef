import type { Outcome } from './rollout.ts'
import type { Cell } from './worker.ts'
import type { Rate } from './worlds.ts'

type ByRate = Readonly<Partial<Record<Rate, number>>>

/** What must hold of the ledger in one world, however often it looks; shares 0–1, medians by traffic. */
export interface Limit {
  readonly rolledBackAtMost?: number
  readonly rolledBackAtLeast?: number
  readonly completeAtMost?: number
  readonly completeAtLeast?: ByRate
  /** Ever paused because the toggle-off group failed by itself. */
  readonly incidentsAtMost?: number
  /** Nothing that both groups depend on breaks unseen. */
  readonly incidentsSeen?: true
  readonly rolledBackWithin?: ByRate
  readonly completeWithin?: ByRate
  /** Requests until a bad release is rolled back: failed because of it, and reached by it. */
  readonly failedAtMost?: ByRate
  readonly exposedAtMost?: ByRate
}

const OUTSIDE: Limit = { rolledBackAtMost: 0.04 }
/** Nothing tells it from a release: no limit, but that `explain` names it where it can be seen. */
const UNKNOWABLE: Limit = {}

export const LIMITS: Readonly<Record<string, Limit>> = {
  good: {
    rolledBackAtMost: 0.01,
    completeAtLeast: { 10: 0.99, 100: 0.99, 1000: 0.99 },
    completeWithin: { 10: 110, 100: 20, 1000: 12 },
    incidentsAtMost: 0.01,
  },
  'good, 2 % errors': { rolledBackAtMost: 0.01, completeAtLeast: { 10: 0.99, 100: 0.99, 1000: 0.99 }, incidentsAtMost: 0.01 },
  'daily trend': { rolledBackAtMost: 0.01 },
  incident: { rolledBackAtMost: 0.01, incidentsSeen: true },
  'uneven incident': { rolledBackAtMost: 0.01, incidentsSeen: true },
  'at tolerance': { rolledBackAtMost: 0.01 },
  'heavy users': { rolledBackAtMost: 0.02 },
  'correlated noise': { rolledBackAtMost: 0.04 },
  'both wander by 30 %': OUTSIDE,
  'incident apart': OUTSIDE,
  'retry storms': OUTSIDE,
  'other time zones': UNKNOWABLE,
  'one client': UNKNOWABLE,
  'cold start': UNKNOWABLE,
  'scraped in turn': { rolledBackAtMost: 0.01, completeAtLeast: { 10: 0.99, 100: 0.99, 1000: 0.99 }, incidentsAtMost: 0.01 },
  '2 % scraped in turn': { rolledBackAtLeast: 0.995 },
  '0.01 → 0.04 %': { completeAtMost: 0.05 },
  '0.75 %': { completeAtMost: 0.05 },
  'latency +10 %': { completeAtMost: 0.05 },
  '1 %': { rolledBackAtLeast: 0.99, rolledBackWithin: { 10: 60, 100: 15, 1000: 9 } },
  '2 %': {
    rolledBackAtLeast: 0.995,
    rolledBackWithin: { 10: 17, 100: 9, 1000: 6 },
    failedAtMost: { 100: 30 },
    exposedAtMost: { 100: 1500 },
  },
  '6 %': { rolledBackAtLeast: 0.999, rolledBackWithin: { 10: 10, 100: 6, 1000: 4 } },
  'latency +50 %': { rolledBackAtLeast: 0.999 },
  'latency +200 %': { rolledBackAtLeast: 0.999 },
  '0 → 1 %': { rolledBackAtLeast: 0.99 },
  'delayed 2 %': { rolledBackAtLeast: 0.99 },
  'bad in incident': { rolledBackAtLeast: 0.99 },
}

/** A limit that was not kept, in words. */
export interface Miss {
  readonly text: string
  /** So often as one in twenty times chance alone does that to a limit that just holds. */
  readonly byChance: boolean
}

const RARE = 0.05

/** Returns every limit missed. A world without a limit is a mistake of the benchmark. */
export function missed({ world, rate, interval }: Cell, outcome: Outcome): readonly Miss[] {
  const limit = LIMITS[world]
  if (!limit) return [{ text: `${world}: no limit is set`, byChance: false }]
  const { rollouts } = outcome
  const found: Miss[] = []
  const miss = (what: string, byChance = false): void => {
    found.push({ text: `${world} at ${rate}/s, polls of ${interval / 1000} s: ${what}`, byChance })
  }
  const few = (count: number, what: string, least = 0): void => {
    if (count / rollouts >= least) return
    miss(`${percent(count / rollouts)} ${what}, at least ${percent(least)}`, tail(rollouts - count, rollouts, 1 - least) > RARE)
  }
  const many = (count: number, what: string, most = 1): void => {
    if (count / rollouts > most) miss(`${percent(count / rollouts)} ${what}, at most ${percent(most)}`, tail(count, rollouts, most) > RARE)
  }
  // A median is absent where nothing came to that end, which is told by its share.
  const above = (value: number | undefined, what: string, most?: ByRate): void => {
    const limited = most?.[rate]
    if (value !== undefined && limited !== undefined && value > limited) miss(`${Number(value.toFixed(1))} ${what}, at most ${limited}`)
  }
  many(outcome.rolledBack, 'rolled back', limit.rolledBackAtMost)
  few(outcome.rolledBack, 'caught', limit.rolledBackAtLeast)
  many(outcome.complete, 'reached 100 %', limit.completeAtMost)
  few(outcome.complete, 'complete', limit.completeAtLeast?.[rate])
  many(outcome.paused['incident'] ?? 0, 'paused for an incident', limit.incidentsAtMost)
  many(outcome.overlooked, 'in which an incident was not seen', limit.incidentsSeen ? 0 : 1)
  above(outcome.rolledBackAfter, 'min until caught', limit.rolledBackWithin)
  above(outcome.completeAfter, 'min until complete', limit.completeWithin)
  above(outcome.failed, 'requests failed', limit.failedAtMost)
  above(outcome.exposed, 'requests exposed', limit.exposedAtMost)
  return found
}

/** Returns the probability of at least `count` of `n` where each has the chance `p`: the upper tail of the binomial distribution. */
function tail(count: number, n: number, p: number): number {
  if (p <= 0) return 0
  let [term, below] = [(1 - p) ** n, 0]
  for (let k = 0; k < count; k += 1) {
    below += term
    term *= ((n - k) / (k + 1)) * (p / (1 - p))
  }
  return 1 - below
}

function percent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`
}
