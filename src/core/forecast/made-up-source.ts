import { rampAt } from '../judge/comparison.ts'
import type { CountedReadings } from '../judge/count-all.ts'
import type { Position } from '../judge/watch.ts'
import { stepsOf } from '../plan/steps.ts'
import type { Plan } from '../plan/plan.ts'
import { absent, type Absent } from '../values/reading.ts'
import { countTraffic } from './synthetic/counted.ts'
import type { PairTraffic, Traffic } from './synthetic/pair-traffic.ts'

/** A poll of a made-up source. */
export interface Drawn {
  /** What both groups did since the poll before. */
  readonly pair: PairTraffic
  /** Whether it is seen: not while the source is silent, nor of a poll at which its counters only begin. */
  readonly isKnown: boolean
}

/** The polls of one step. */
export interface PollSource {
  readonly draw: () => Drawn
  /** Returns what is counted of a poll. */
  readonly counted: (drawn: Drawn) => CountedReadings
}

/** Made-up traffic as a plan's metrics show it. */
export interface MadeUpSource {
  /** Opens the polls of the rollout where it is. */
  pollsAt(position: Position): PollSource
  /** Begins a step: counters begin as the newest poll has them. */
  arrive(): void
  /** Requests with the toggle on, and those of them that failed. */
  readonly sums: { readonly exposed: number; readonly failed: number }
}

/** Opens the metrics of a plan on made-up traffic. */
export function openMadeUpSource(plan: Plan, traffic: Traffic): MadeUpSource {
  const sums = { exposed: 0, failed: 0 }
  // A counter needs two polls: nothing can be compared with until the source has answered once.
  let [isSilent, hasBegun] = [true, false]
  return {
    pollsAt: ({ phase, cursor }) => {
      const [share, ramp] = [phase.shadows ? 0 : (stepsOf(plan)[cursor]?.to ?? 0) / 100, rampAt(plan, cursor)]
      return {
        draw: () => {
          const pair = traffic(share)
          sums.exposed += pair.on.total
          sums.failed += pair.on.bad
          isSilent = pair.isSilent === true
          const isKnown = hasBegun && !isSilent
          hasBegun ||= !isSilent
          return { pair, isKnown }
        },
        counted: ({ pair, isKnown }) => {
          const counted = countTraffic(plan, phase, ramp, pair)
          return isKnown || pair.isSilent === true ? counted : unknownYet(counted)
        },
      }
    },
    arrive: () => {
      hasBegun = !isSilent
    },
    sums,
  }
}

/** Returns what a poll says where its counters only begin. */
export function unknownYet(counted: CountedReadings): { readonly [metric: string]: Absent } {
  return Object.fromEntries(Object.keys(counted).map((name) => [name, absent('first-poll', 'a counter needs two polls')]))
}
