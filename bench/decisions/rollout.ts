import { seeded } from '../../src/core/forecast/synthetic/chance.ts'
import type { PairTraffic } from '../../src/core/forecast/synthetic/pair-traffic.ts'
import { simulate } from '../../src/core/forecast/synthetic/traffic.ts'
import type { World } from '../../src/core/forecast/synthetic/world.ts'
import { defined } from '../../src/core/values/defined.ts'
import type { Duration, Instant } from '../../src/core/values/units.ts'

/** What a decider says after a poll at a step. */
export type Move = 'stay' | 'up' | 'rollback' | 'complete' | Pause

/** It stays, and says why. */
export interface Pause {
  readonly pause: string
  /** Only a person lets it go on; otherwise it lifts by itself. */
  readonly asks: boolean
  /** Nothing that can be seen from here on decides. */
  readonly ends: boolean
}

/** A decider's memory of one rollout: called once a poll with what was seen since the last, `now` ms after the start. */
export type Decider = (seen: Pick<PairTraffic, 'on' | 'off'>, step: number, now: Instant) => Move

/** 1 → 5 → 25 → 50 → 100 %. At 100 % nobody is left with the toggle off. */
export const SHARES = [0.01, 0.05, 0.25, 0.5] as const

/** The pause of a step for those who go by the clock. */
export const CLOCK: Duration = 600_000

/** The traffic of one cell, and how often it is looked at. */
export interface Setting {
  /** Requests a second. */
  readonly rate: number
  readonly interval: Duration
  readonly rollouts: number
  /** Another seed, other rollouts. */
  readonly seed: number
}

/** What became of the rollouts of one decider in one world. */
export interface Outcome {
  readonly rollouts: number
  readonly rolledBack: number
  readonly complete: number
  /** Rollouts that ever needed a person to go on. */
  readonly asked: number
  /** Rollouts that ever paused, by why. */
  readonly paused: { readonly [why: string]: number }
  /** Rollouts that went on while something both groups depend on was broken for minutes, and never paused for it. */
  readonly overlooked: number
  /** Medians of those rolled back, in minutes and requests; absent when there was none. */
  readonly rolledBackAfter?: number
  readonly exposed?: number
  readonly failed?: number
  /** Median minutes of those that were complete. */
  readonly completeAfter?: number
}

const MINUTE = 60_000
const LONGEST = 1200 * MINUTE
/** What is broken for so long can be seen. */
const VISIBLE = 3 * MINUTE

export function outcomeOf(world: World, decider: () => Decider, setting: Setting): Outcome {
  const { rollouts } = setting
  const all = Array.from({ length: rollouts }, (_, nth) => rollOut(world, decider(), setting, nth))
  const [back, complete] = [all.filter(({ end }) => end === 'rollback'), all.filter(({ end }) => end === 'complete')]
  const reasons = new Set(all.flatMap(({ paused }) => [...paused]))
  const medians = {
    rolledBackAfter: median(back.map(({ minutes }) => minutes)),
    exposed: median(back.map(({ exposed }) => exposed)),
    failed: median(back.map(({ failed }) => Math.round(failed))),
    completeAfter: median(complete.map(({ minutes }) => minutes)),
  }
  return {
    rollouts,
    rolledBack: back.length,
    complete: complete.length,
    asked: all.filter(({ asked }) => asked).length,
    paused: Object.fromEntries([...reasons].toSorted().map((why) => [why, all.filter(({ paused }) => paused.has(why)).length])),
    overlooked: all.filter(({ end, broken, paused }) => end !== 'rollback' && broken >= VISIBLE && !paused.has('incident')).length,
    ...defined(medians),
  }
}

interface Rollout {
  readonly end: 'rollback' | 'complete' | 'undecided'
  readonly minutes: number
  readonly asked: boolean
  readonly paused: ReadonlySet<string>
  readonly broken: Duration
  /** Requests with the toggle on; those of them that failed because of it. */
  readonly exposed: number
  readonly failed: number
}

function rollOut(world: World, decide: Decider, { rate, interval, seed }: Setting, nth: number): Rollout {
  const traffic = simulate(world, rate, seeded(seed * 1_000_003 + nth * 7919 + rate), interval)
  const paused = new Set<string>()
  const all = { asked: false, paused, broken: 0, exposed: 0, failed: 0 }
  let step = 0
  for (let now = interval; now <= LONGEST; now += interval) {
    const seen = traffic(SHARES[step] ?? 1)
    all.broken += seen.broken ? interval : 0
    all.exposed += seen.on.total
    all.failed += seen.caused
    const move = decide(seen, step, now)
    if (move === 'rollback' || move === 'complete') return { ...all, end: move, minutes: now / MINUTE }
    if (move === 'up') step += 1
    else if (move !== 'stay') {
      paused.add(move.pause)
      all.asked ||= move.asks
      if (move.ends) return { ...all, end: 'undecided', minutes: now / MINUTE }
    }
  }
  return { ...all, end: 'undecided', minutes: LONGEST / MINUTE }
}

function median(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)]
}
