import { defined } from '../values/defined.ts'
import type { Exposure, Duration } from '../values/units.ts'
import type { Flow } from './outlook.ts'
import { forecastRamp, type PlayableRamp, type RampForecast } from './ramp.ts'

/** Steps between which no jump is large, and what they would change. */
export interface FinerSteps {
  readonly steps: readonly Exposure[]
  /** How long a good release takes with them, at the median; and with those of the plan, absent where most never get there. */
  readonly takes: Duration
  readonly now?: Duration
  /** A release that fails so many times as often: what of it fails before it is stopped, with them and with those of the plan; means. */
  readonly times: number
  readonly failed: { readonly now: number; readonly finer: number }
}

/** Steps as they are written by people (percent). */
const USUAL: readonly Exposure[] = [0.1, 0.2, 0.5, 1, 2, 5, 10, 25, 50]
/** A larger jump is filled. */
const LARGEST = 2.5
/** A step this close to another shows nothing new. */
const CLOSEST = 1.9
/** A bad release: 2 % of errors where 0.5 % are usual. */
const BAD = 4
/** Worth saying: a quarter fewer failures, and one at least, for at most a quarter more time, or half of the time. */
const FEWER = 0.75
const LEAST = 1
const SLOWER = 1.25
const FASTER = 0.5

/**
 * Returns finer steps where they cost little and save much, of time or of what a release `times` as bad does, or where
 * most good releases never get there without; undefined where the steps of the ramp are as good. `now` is what comes of a
 * good release with the steps of the ramp, where that is known already.
 */
export function finerSteps(
  ramp: PlayableRamp,
  flows: readonly Flow[],
  { times = BAD, now: played }: { readonly times?: number | undefined; readonly now?: RampForecast | undefined } = {},
): FinerSteps | undefined {
  const shares = filled(ramp.policy.shares, ramp.reachesAll)
  if (shares.length === ramp.policy.shares.length) return undefined
  // A step that is new is held as long as the longest: by the clock it may cost more than it saves.
  const finer = { ...ramp, holds: shares.map(() => Math.max(...ramp.holds)), policy: { ...ramp.policy, shares } }
  const [now, takes] = [(played ?? forecastRamp(ramp, flows)).median, forecastRamp(finer, flows).median]
  if (takes === undefined || (now !== undefined && takes > now * SLOWER)) return undefined
  const failed = { now: forecastRamp(ramp, flows, times).failed, finer: forecastRamp(finer, flows, times).failed }
  const saved = failed.now - failed.finer
  if (now !== undefined && takes > now * FASTER && (failed.finer > failed.now * FEWER || saved < LEAST)) return undefined
  const steps = shares.map((share) => Number((share * 100).toPrecision(6)))
  return defined({ steps: ramp.reachesAll ? [...steps, 100] : steps, takes, now, times, failed })
}

/** Returns shares (0–1) with usual ones between those that are far apart. */
function filled(shares: readonly number[], reachesAll: boolean): readonly number[] {
  const all = reachesAll ? [...shares, 1] : shares
  return all.flatMap((share, nth) => {
    const before = all[nth - 1]
    const own = share < 1 ? [share] : []
    return before === undefined || share / before <= LARGEST ? own : [...between(before, share), ...own]
  })
}

function between(from: number, to: number): readonly number[] {
  const found: number[] = []
  for (const percent of USUAL) {
    const share = percent / 100
    if (share / (found.at(-1) ?? from) >= CLOSEST && to / share >= CLOSEST) found.push(share)
  }
  return found
}
