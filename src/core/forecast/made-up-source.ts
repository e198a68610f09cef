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
  /** What both groups did since the poll before; undefined where that is not known. */
  readonly pair: PairTraffic | undefined
  /** Returns what is counted of it. */
  readonly counted: () => CountedReadings
}

/** Made-up traffic as a plan's metrics show it. */
export interface MadeUpSource {
  /** Returns what draws poll after poll of the rollout where it is. */
  drawer(position: Position): () => Drawn
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
    drawer: ({ phase, cursor }) => {
      const [share, ramp] = [phase.shadows ? 0 : (stepsOf(plan)[cursor]?.to ?? 0) / 100, rampAt(plan, cursor)]
      const counted = (pair: PairTraffic): CountedReadings => countTraffic(plan, phase, ramp, pair)
      return () => {
        const pair = traffic(share)
        sums.exposed += pair.on.total
        sums.failed += pair.on.bad
        isSilent = pair.isSilent === true
        if (isSilent) return { pair: undefined, counted: () => counted(pair) }
        if (hasBegun) return { pair, counted: () => counted(pair) }
        hasBegun = true
        return { pair: undefined, counted: () => unknownYet(counted(pair)) }
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
