import type { Outcome } from './rollout.ts'
import type { Cell } from './worker.ts'
import type { Rate } from './worlds.ts'

/** What must hold of the ledger in one world; shares 0–1, minutes by traffic. */
export interface Limit {
  readonly rolledBackAtMost?: number
  readonly rolledBackAtLeast?: number
  readonly completeAtMost?: number
  readonly rolledBackWithin?: Readonly<Partial<Record<Rate, number>>>
  readonly completeWithin?: Readonly<Partial<Record<Rate, number>>>
}

export const LIMITS: Readonly<Record<string, Limit>> = {
  good: { rolledBackAtMost: 0.01, completeWithin: { 10: 110, 100: 22, 1000: 12 } },
  'daily trend': { rolledBackAtMost: 0.01 },
  incident: { rolledBackAtMost: 0.01 },
  'uneven incident': { rolledBackAtMost: 0.01 },
  'at tolerance': { rolledBackAtMost: 0.01 },
  'heavy users': { rolledBackAtMost: 0.02 },
  'correlated noise': { rolledBackAtMost: 0.04 },
  '0.75 %': { completeAtMost: 0.05 },
  'latency +10 %': { completeAtMost: 0.05 },
  '1 %': { rolledBackAtLeast: 0.99, rolledBackWithin: { 10: 60, 100: 15, 1000: 9 } },
  '2 %': { rolledBackAtLeast: 0.995, rolledBackWithin: { 10: 17, 100: 9, 1000: 6 } },
  '6 %': { rolledBackAtLeast: 0.999, rolledBackWithin: { 10: 10, 100: 6, 1000: 4 } },
  'latency +50 %': { rolledBackAtLeast: 0.999 },
  'latency +200 %': { rolledBackAtLeast: 0.999 },
  '0 → 1 %': { rolledBackAtLeast: 0.99 },
  'delayed 2 %': { rolledBackAtLeast: 0.99 },
  'bad in incident': { rolledBackAtLeast: 0.99 },
}

/** Every limit missed, in words. A world without a limit is a mistake of the benchmark. */
export function missed({ world, rate, interval }: Cell, outcome: Outcome): readonly string[] {
  const limit = LIMITS[world]
  if (!limit) return [`${world}: no limit is set`]
  const rolledBack = outcome.rolledBack / outcome.rollouts
  const complete = outcome.complete / outcome.rollouts
  const { rolledBackAtMost = 1, rolledBackAtLeast = 0, completeAtMost = 1 } = limit
  const where = `${world} at ${rate}/s, polls of ${interval / 1000} s:`
  const late = (what: string, minutes: number | undefined, most: number | undefined): readonly string[] =>
    most !== undefined && !(minutes !== undefined && minutes <= most) ? [`${where} ${what} after ${minutes} min, limit ${most}`] : []
  return [
    ...(rolledBack > rolledBackAtMost ? [`${where} ${percent(rolledBack)} rolled back, limit ${percent(rolledBackAtMost)}`] : []),
    ...(rolledBack < rolledBackAtLeast ? [`${where} ${percent(rolledBack)} caught, limit ${percent(rolledBackAtLeast)}`] : []),
    ...(complete > completeAtMost ? [`${where} ${percent(complete)} reached 100 %, limit ${percent(completeAtMost)}`] : []),
    ...late('caught', outcome.rolledBackAfter, limit.rolledBackWithin?.[rate]),
    ...late('complete', outcome.completeAfter, limit.completeWithin?.[rate]),
  ]
}

export function percent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`
}
