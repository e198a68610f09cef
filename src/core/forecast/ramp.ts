import { defined } from '../values/defined.ts'
import { findingOf, LONGEST_STEP } from '../evidence/finding.ts'
import { openLedger, type Ledger } from '../evidence/ledger.ts'
import { evolveLedger } from '../evidence/evolve-ledger.ts'
import { rampAt, type Ramp } from '../judge/comparison.ts'
import { stepsOf } from '../plan/steps.ts'
import type { Evidence, Plan } from '../plan/plan.ts'
import type { Policy } from '../evidence/policy.ts'
import type { Duration } from '../values/units.ts'
import type { Flow } from './outlook.ts'
import { seeded, type Chance } from './synthetic/chance.ts'
import { badOf, countsOf, drawSource, sourcesOf } from './synthetic/flow-source.ts'

/** The steps of one change at which some have it and some do not, as they are played. */
export interface PlayableRamp {
  readonly policy: Policy
  readonly pace: Evidence['pace']
  /** Of each step, how long it is held. */
  readonly holds: readonly Duration[]
  /** Everybody comes next: that waits for the proof, whatever the pace. */
  readonly reachesAll: boolean
  readonly settle: Duration
  readonly interval: Duration
  /** So many requests with the change are needed at a step before it is believed, and without one for so long it pauses. */
  readonly minSamples: number
  readonly patience: Duration
}

/** One made-up change on its way to everybody: how it ended, and what it did to those who had it. */
export interface PlayedRamp {
  readonly end: 'through' | 'rolled back' | 'undecided'
  readonly lasted: Duration
  readonly exposed: number
  readonly failed: number
}

/** What came of so many made-up changes. */
export interface RampForecast {
  readonly runs: number
  /** Until it may go to everybody, and within what nine of ten may; absent where so many never do. */
  readonly median?: Duration
  readonly within90?: Duration
  /** Failed requests with the change, until it went on or was stopped; the mean. */
  readonly failed: number
}

/** So many made-up changes show what comes of them. */
export const RUNS = 40

/** Returns what comes of a change that fails `times` as often as what was before it. The same every time. */
export function forecastRamp(ramp: PlayableRamp, flows: readonly Flow[], times = 1): RampForecast {
  const runs = Array.from({ length: RUNS }, (_, nth) => playRamp(ramp, flows, times, seeded(nth)))
  const lasted = runs.flatMap((run) => (run.end === 'through' ? [run.lasted] : [])).toSorted((a, b) => a - b)
  const within = (part: number): Duration | undefined => lasted[Math.ceil(RUNS * part) - 1]
  const failed = runs.reduce((all, run) => all + run.failed, 0) / RUNS
  return defined({ runs: RUNS, median: within(0.5), within90: within(0.9), failed })
}

/** A proof that takes long is played with polls this part of it apart: they show as much, in less time. */
const PART = 40
const SECOND: Duration = 1000
/** Longer than this no polls are apart: what wanders is learned by minutes. */
const LONGEST: Duration = 60_000

/** Returns the ramp that ends at a step, to be played; `takes` is how long its proof takes, about. */
export function playableAt(plan: Plan, index: number, { policy, pace, of, metrics }: Ramp, takes: Duration): PlayableRamp {
  const all = stepsOf(plan)
  const holds = all.filter((step) => rampAt(plan, step.index)?.of === of).map(({ hold }) => hold)
  const settle = plan.phases[all[index]?.phase ?? 0]?.settle ?? 0
  const interval = Math.max(plan.interval, Math.min(LONGEST, Math.round(takes / PART / SECOND) * SECOND))
  const { patience } = plan
  const minSamples = Math.max(0, ...Object.keys(metrics).map((name) => plan.metrics[name]?.minSamples ?? 0))
  return { policy, pace, holds, reachesAll: all[index + 1]?.to === 100, settle, interval, minSamples, patience }
}

/**
 * Plays one change through its steps: requests come and fail by themselves (Poisson), with the change `times` as often
 * as without, and what these flows show is weighed at each poll as it is in a rollout. A release that is worse is so in
 * failures, or in the first flow where none are counted.
 */
export function playRamp(ramp: PlayableRamp, flows: readonly Flow[], times: number, chance: Chance): PlayedRamp {
  const { policy, interval, settle, minSamples, patience } = ramp
  const sources = sourcesOf(flows, times)
  let ledger = openLedger(
    sources.flatMap(({ metric, isLatency }) => (isLatency ? [] : [metric])),
    sources.flatMap(({ metric, isLatency }) => (isLatency ? [metric] : [])),
  )
  let [at, exposed, failed] = [0, 0, 0]
  for (const [step, share] of policy.shares.entries()) {
    let [samples, silent] = [0, 0]
    for (let stayed = interval; ; stayed += interval) {
      const drawn = sources.map((source) => ({ source, ...drawSource(source, share, interval, chance) }))
      at += interval
      const [worst] = drawn
      exposed += worst?.on['+Inf'] ?? 0
      failed += worst ? badOf(worst.source, worst.on) : 0
      const over = (end: PlayedRamp['end']): PlayedRamp => ({ end, lasted: at, exposed, failed })
      if (stayed - settle >= LONGEST_STEP) return over('undecided')
      if (stayed <= settle) continue
      ledger = evolveLedger(ledger, { at, step, ...countsOf(drawn) }, policy)
      const fewest = Math.min(...drawn.map(({ on }) => on['+Inf'] ?? 0))
      samples += fewest
      silent = samples < minSamples && fewest === 0 ? silent + interval : 0
      const may = mayGoUp(ramp, ledger, step, stayed - settle)
      if (may === 'never') return over('rolled back')
      if (silent >= patience) return over('undecided')
      if (may && samples >= minSamples) break
    }
  }
  return { end: 'through', lasted: at, exposed, failed }
}

function mayGoUp({ policy, pace, holds, reachesAll }: PlayableRamp, ledger: Ledger, step: number, stayed: Duration): boolean | 'never' {
  const isOver = pace === 'evidence' || stayed >= (holds[step] ?? 0)
  const finding = findingOf(ledger, policy)
  if (finding.do === 'rollback') return 'never'
  const isAwaited = pace === 'evidence' || (reachesAll && step === holds.length - 1)
  return isOver && (finding.do === 'advance' || finding.do === 'complete' || (!isAwaited && finding.do === 'hold'))
}
