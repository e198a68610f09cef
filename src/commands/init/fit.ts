import { SLOWEST } from '../../core/evidence/buckets.ts'
import { LEAST_POLLS } from '../../core/evidence/finding.ts'
import { minutesToSee } from '../../core/evidence/minutes-to-see.ts'
import { DEFAULTS } from '../../core/evidence/policy.ts'
import { negligibleFor } from '../../core/forecast/time-to-know.ts'
import { defined } from '../../core/values/defined.ts'
import type { Duration, Exposure } from '../../core/values/units.ts'
import type { Levels } from '../../config/sketch.ts'
import type { Application } from './application.ts'

const MINUTE: Duration = 60_000
const HOUR: Duration = 60 * MINUTE
/** The defaults of a plan that the sketch does not write. */
const INTERVAL: Duration = 30_000
const SAMPLES = 100

const STEPS: readonly Exposure[] = [1, 5, 25, 50, 100]
const HOLDS: readonly Duration[] = [5, 10, 15, 30, 60, 120, 240, 480, 1440].map((minutes) => minutes * MINUTE)
/** Where nothing is known of the traffic. */
const USUAL: Duration = 30 * MINUTE
/** A first step that takes longer than this to show anything is too small. */
const LONGEST: Duration = HOUR
/** A release that fails this share of its requests is bad; where more fail already, twice as many. */
const FAILS = 0.02
/** An application that has not failed yet is not known to never fail. */
const LEAST_RATE = 1e-4

/** The steps of a plan, their hold, and what is seen in it. */
export interface Fit {
  readonly steps: readonly Exposure[]
  readonly hold: Duration
  readonly power?: Power
  readonly negligible?: Negligible
}

/** Differences of rates (0–1) that the plan has to call negligible for a good release to be known in time. */
interface Negligible {
  readonly failures?: number
  readonly latency?: number
}

/** How long it takes at an exposure to see a release that fails a share of its requests, 0–1. */
export interface Power {
  readonly fails: number
  readonly at: Exposure
  readonly takes: Duration
}

/** Fits steps and hold to the traffic: the first step must be large enough to show a bad release, and its hold long enough. */
export function fitTraffic({ traffic, groups }: Pick<Application, 'traffic' | 'groups'>): Fit {
  if (!traffic) return { steps: STEPS, hold: USUAL }
  const sampled = (share: number): Duration => (SAMPLES / (traffic.perSecond * share)) * 1000
  if (!groups) return { steps: STEPS, hold: holdOf(Math.max(USUAL, sampled(1))) }
  const usual = { ...traffic, rate: Math.max(traffic.rate, LEAST_RATE) }
  const fails = Math.max(FAILS, 2 * usual.rate)
  const seen = (to: Exposure): Duration =>
    Math.max(LEAST_POLLS * INTERVAL, minutesToSee(fails / usual.rate, { ...usual, share: to / 100 }, DEFAULTS) * MINUTE)
  const first = STEPS.find((to) => to === 50 || Math.max(seen(to), sampled(to / 100)) <= LONGEST) ?? 50
  const steps = STEPS.filter((to) => to >= first)
  const at = Math.max(first, 5)
  return {
    steps,
    hold: holdOf(Math.max(seen(first), sampled(first / 100))),
    power: { fails, at, takes: seen(at) },
    negligible: negligibleAt(traffic, (steps.findLast((to) => to < 100) ?? 50) / 100),
  }
}

function negligibleAt({ perSecond, rate }: NonNullable<Application['traffic']>, share: number): Negligible {
  const enough = (bad: number): number | undefined => negligibleFor({ perSecond, rate: bad, share }, DEFAULTS, INTERVAL)
  return defined({ failures: enough(rate), latency: enough(SLOWEST) })
}

/** Success, warning and critical as shares of failed requests: 1 %, 2 % and 5 %, unless more fail already. */
export function failingLevels(rate: number): Levels {
  const level = (times: number): number => Math.min(0.99, Number((Math.max(0.005, rate) * times).toPrecision(1)))
  return [level(2), level(4), level(10)]
}

/** Success, warning and critical in milliseconds: 800, 1000 and 2000, unless it is slower already. */
export function slowLevels(usual: number): Levels {
  const success = usual > 400 ? Number((usual * 2).toPrecision(2)) : 800
  return [success, Math.round(1.25 * success), Math.round(2.5 * success)]
}

function holdOf(needed: Duration): Duration {
  return HOLDS.find((hold) => hold >= needed) ?? Math.max(...HOLDS)
}
