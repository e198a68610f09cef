import { defined } from '../values/defined.ts'
import { rampAt, type Ramp } from '../judge/comparison.ts'
import { sum, type Bin } from '../judge/bin.ts'
import { chooseBuckets, slowerThan } from '../evidence/buckets.ts'
import { usualOf } from '../evidence/normal.ts'
import { LONGEST_STEP } from '../evidence/finding.ts'
import type { Entry } from '../evidence/ledger.ts'
import { provableWithin } from '../evidence/minutes.ts'
import { policyFor } from '../evidence/policy.ts'
import { stepsOf } from '../plan/steps.ts'
import type { Plan } from '../plan/plan.ts'
import type { Situation } from '../policy/situation.ts'
import type { Duration } from '../values/units.ts'
import { negligibleFor, temperedTraffic, timeToKnow } from './time-to-know.ts'

/** How much of something bad there is without the change: failed requests, or those slower than a bucket. */
export interface Flow {
  readonly metric: string
  /** The bucket; absent for failures. */
  readonly le?: string
  /** Requests a second, with the change and without. */
  readonly perSecond: number
  /** Share of them that are bad, 0–1. */
  readonly rate: number
}

/** How long it takes to know that a good release is none of the critical ones, where it is decided. */
export interface Outlook extends Flow {
  readonly phase: string
  /** Exposure at which it is decided, 0–1. */
  readonly share: number
  /** The ratio to be ruled out. */
  readonly ratio: number
  /** Absent where it never would be: nothing bad happens, or nothing at all. */
  readonly takes?: Duration
  /** How long the step may take: until it pauses undecided, or its hold where nothing is awaited but the clock. */
  readonly given: Duration
  readonly pace: Ramp['pace']
  /** By the clock: its hold, where the step waits for the proof beyond it. */
  readonly beyond?: Duration
  /** Where that is too short: what can be ruled out in it. */
  readonly within?: number
  /** And what would have to be negligible (0–1) for it to be enough. */
  readonly negligible?: number
}

/**
 * Returns the slowest of what a phase has to know; undefined where it compares nothing, or nothing is known of the
 * traffic.
 */
export function outlookOf(plan: Plan, phase: string, flows: readonly Flow[], of?: string): Outlook | undefined {
  const found = decidingStepOf(plan, phase, of)
  if (!found) return undefined
  const { index, ramp } = found
  const each = flows.flatMap((flow) => (ramp.metrics[flow.metric] === undefined ? [] : [slowness(plan, ramp, index, flow)]))
  return each.toSorted((a, b) => (b.takes ?? Infinity) - (a.takes ?? Infinity))[0]
}

/** Returns the last step of a change at which some have it and some do not: what goes to everybody is decided there. */
export function decidingStepOf(plan: Plan, phase: string, of?: string): { readonly index: number; readonly ramp: Ramp } | undefined {
  const ramps = stepsOf(plan).flatMap(({ index }) => {
    const ramp = rampAt(plan, index)
    return ramp?.of.startsWith(`${phase}/`) ? [{ index, ramp }] : []
  })
  // Toggles that go one by one take as long as each other: the first stands for all.
  const change = of ?? ramps[0]?.ramp.of
  return ramps.findLast(({ ramp }) => ramp.of === change)
}

/** Returns the traffic a rollout has seen: of both groups while they are compared, else of everybody. */
export function flowsOf({ state: { watch }, weighed }: Pick<Situation, 'state' | 'weighed'>): readonly Flow[] {
  const { entries = [], lasted = 0 } = weighed?.ledger ?? {}
  const seconds = lasted / 1000
  const compared = entries.flatMap((entry) => (seconds > 0 ? flowOfEntry(entry, seconds) : []))
  const alone = Object.entries(watch?.tracks ?? {}).flatMap(([metric, { bins }]) => {
    // While the groups are compared a track is of those with the change alone.
    if (weighed?.ramp.metrics[metric] !== undefined) return []
    const length = bins.reduce((all, bin) => all + bin.for, 0) / 1000
    return length > 0 ? flowsIn(metric, sum(bins), sum(bins), length) : []
  })
  return [...compared, ...alone]
}

/** Returns the flows in what was counted within so many seconds; `all` is what their rates are taken from. */
export function flowsIn(metric: string, gained: Bin['counts'], all: Bin['counts'], seconds: number): readonly Flow[] {
  const { total, bad, '+Inf': every } = all
  const perSecond = (gained['total'] ?? gained['+Inf'] ?? 0) / seconds
  if (total !== undefined) return total > 0 ? [{ metric, perSecond, rate: (bad ?? 0) / total }] : []
  if (every === undefined || every === 0) return []
  return chooseBuckets(all).flatMap((le) => {
    const slow = slowerThan(le, all)
    return slow ? [{ metric, le, perSecond, rate: slow.bad / slow.total }] : []
  })
}

function flowOfEntry({ metric, le, stream, normal }: Entry, seconds: number): readonly Flow[] {
  const { on, off } = stream.step
  const known = usualOf(normal)
  const usual = known.total > 0 ? known : off
  if (usual.total === 0) return []
  return [defined({ metric, le, perSecond: (on.total + off.total) / seconds, rate: usual.bad / usual.total })]
}

function slowness(plan: Plan, { policy, pace }: Ramp, index: number, flow: Flow): Outlook {
  const step = stepsOf(plan)[index]
  const phase = plan.phases[step?.phase ?? 0]
  const share = policy.shares.at(-1) ?? 0
  const own = policyFor(policy, flow.metric)
  const traffic = { perSecond: flow.perSecond, rate: flow.rate, share }
  const takes = timeToKnow(traffic, own, plan.interval)
  const rounds = phase?.order === 'together' ? 1 : (phase?.toggles.length ?? 1)
  const patience = Math.min(LONGEST_STEP, (phase?.planned?.max ?? Infinity) / rounds)
  const hold = step?.hold ?? 0
  const isTimed = pace === 'clock' && stepsOf(plan)[index + 1]?.to !== 100
  const longest = pace === 'clock' ? Math.max(hold, LONGEST_STEP) : patience
  const given = isTimed ? hold : longest
  const isShort = takes > given && given >= plan.interval
  return defined({
    ...flow,
    phase: phase?.id ?? '',
    share,
    ratio: own.critical,
    takes: Number.isFinite(takes) ? takes : undefined,
    given,
    pace: isTimed ? 'clock' : 'evidence',
    beyond: pace === 'clock' && !isTimed && takes > hold ? hold : undefined,
    within: isShort ? provableWithin(given / 60_000, temperedTraffic(traffic, own, plan.interval), own) : undefined,
    negligible: isShort ? negligibleFor(traffic, own, plan.interval, given) : undefined,
  })
}
