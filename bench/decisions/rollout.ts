import { seeded } from '../../src/core/forecast/synthetic/chance.ts'
import { simulate, type Minute } from '../../src/core/forecast/synthetic/traffic.ts'
import type { World } from '../../src/core/forecast/synthetic/world.ts'

/** What a decider says after a minute at a step. */
export type Move = 'stay' | 'up' | 'rollback' | 'complete' | 'inconclusive'

/** A decider's memory of one rollout: called once a minute with what that minute showed. */
export type Decider = (minute: { readonly on: Minute; readonly off: Minute }, step: number, now: number) => Move

/** 1 → 5 → 25 → 50 → 100 %. At 100 % nobody is left with the toggle off. */
export const SHARES = [0.01, 0.05, 0.25, 0.5] as const

/** What became of the rollouts of one decider in one world. */
export interface Outcome {
  readonly rollouts: number
  readonly rolledBack: number
  readonly complete: number
  /** Median minutes to each; undefined when there was none. */
  readonly rolledBackAfter?: number
  readonly completeAfter?: number
}

const LONGEST = 1200

export function outcomeOf(world: World, rate: number, decider: () => Decider, rollouts: number): Outcome {
  const ends = Array.from({ length: rollouts }, (_, nth) => rollOut(world, rate, decider(), nth))
  const minutes = (end: Move): readonly number[] =>
    ends.flatMap((each) => (each.end === end ? [each.minutes] : [])).toSorted((a, b) => a - b)
  const [back, complete] = [minutes('rollback'), minutes('complete')]
  const [backAfter, completeAfter] = [median(back), median(complete)]
  return {
    rollouts,
    rolledBack: back.length,
    complete: complete.length,
    ...(backAfter !== undefined && { rolledBackAfter: backAfter }),
    ...(completeAfter !== undefined && { completeAfter }),
  }
}

function rollOut(world: World, rate: number, decide: Decider, nth: number): { readonly end: Move; readonly minutes: number } {
  const traffic = simulate(world, rate, seeded(nth * 7919 + rate))
  let step = 0
  for (let minute = 1; minute <= LONGEST; minute += 1) {
    const move = decide(traffic(SHARES[step] ?? 1), step, minute)
    if (move === 'up') step += 1
    else if (move !== 'stay') return { end: move, minutes: minute }
  }
  return { end: 'inconclusive', minutes: LONGEST }
}

function median(sorted: readonly number[]): number | undefined {
  return sorted[Math.floor((sorted.length - 1) / 2)]
}
