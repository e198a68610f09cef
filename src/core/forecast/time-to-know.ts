import { excessOf, LEAST_POLLS, LONGEST_STEP } from '../evidence/finding.ts'
import type { Entry } from '../evidence/ledger.ts'
import type { Group, Pair } from '../evidence/likelihood.ts'
import { minutesToProve, type ExpectedTraffic } from '../evidence/minutes.ts'
import { UNKNOWN } from '../evidence/normal.ts'
import { limitsOf, negligibleAt, type WrittenPolicy } from '../evidence/policy.ts'
import { FRESH } from '../evidence/stream.ts'
import { QUIET, tempering } from '../evidence/tempering.ts'
import type { Duration } from '../values/units.ts'

/** Differences of rates that a person may call negligible, 0–1. A greater one would hide a bad release. */
const LEVELS = [0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01]
const HOUR: Duration = 3_600_000

/**
 * Returns how long it takes to know that a good release is none of the critical ones: until the ratio is proven, or the
 * rate itself is bounded closely enough. Infinity where it never would be, or beyond ten times what a step may take.
 */
export function timeToKnow(traffic: ExpectedTraffic, policy: WrittenPolicy, interval: Duration): Duration {
  const proven = minutesToProve(policy.critical, temperedTraffic(traffic, policy, interval), policy) * 60_000
  const bounded = pollsToBound(traffic, policy, interval) * interval
  return Math.max(LEAST_POLLS * interval, Math.min(proven, bounded))
}

/**
 * Returns the least that would have to be negligible (0–1) for a good release to be known within an hour or, where that
 * cannot be, in the time `given`; undefined where no more is needed than there is, and where nothing would do.
 */
export function negligibleFor(
  traffic: ExpectedTraffic,
  policy: WrittenPolicy,
  interval: Duration,
  given = LONGEST_STEP,
): number | undefined {
  const takes = (negligible?: number): Duration =>
    timeToKnow(traffic, negligible === undefined ? policy : { ...policy, negligible }, interval)
  const most = Math.min(HOUR, given)
  const levels = LEVELS.filter((negligible) => negligible > negligibleAt(traffic.rate, policy))
  const now = takes()
  if (now <= most) return undefined
  return levels.find((each) => takes(each) <= most) ?? (now <= given ? undefined : levels.find((each) => takes(each) <= given))
}

/** Returns the traffic as far as it counts, by what is known of noise before anything was seen. */
export function temperedTraffic(traffic: ExpectedTraffic, policy: WrittenPolicy, interval: Duration): ExpectedTraffic {
  const eta = tempering(QUIET, policy.critical, { ...pollOf(traffic, interval), lasted: interval }, policy)
  return { ...traffic, perSecond: traffic.perSecond * eta }
}

function pollOf({ perSecond, rate, share }: ExpectedTraffic, interval: Duration, polls = 1): Pair {
  const group = (part: number): Group => {
    const total = (perSecond * part * interval * polls) / 1000
    return { total, bad: total * rate }
  }
  return { on: group(share), off: group(1 - share) }
}

function pollsToBound(traffic: ExpectedTraffic, written: WrittenPolicy, interval: Duration): number {
  const policy = { ...written, shares: [traffic.share] }
  const entry: Entry = { metric: '', stream: FRESH, normal: UNKNOWN }
  const isEnough = (polls: number): boolean =>
    excessOf(entry, policy, limitsOf(policy).last, pollOf(traffic, interval, polls)) <= negligibleAt(traffic.rate, policy)
  for (let polls = 1; polls * interval <= 10 * LONGEST_STEP; polls = Math.ceil(polls * 1.1)) if (isEnough(polls)) return polls
  return Infinity
}
