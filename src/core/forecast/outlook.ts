import { defined } from '../values/defined.ts'
import { rampAt, type Ramp } from '../judge/comparison.ts'
import { sum, type Bin } from '../judge/bin.ts'
import { chooseBuckets, slowerThan } from '../evidence/buckets.ts'
import { UNKNOWN, usualOf } from '../evidence/normal.ts'
import { LEAST_POLLS, LONGEST_STEP, excessOf } from '../evidence/finding.ts'
import type { Entry } from '../evidence/ledger.ts'
import type { Group, Pair } from '../evidence/likelihood.ts'
import { minutesToProve, provableWithin } from '../evidence/minutes.ts'
import { limitsOf, negligibleAt, policyFor, type Policy } from '../evidence/policy.ts'
import { FRESH } from '../evidence/stream.ts'
import { QUIET, tempering } from '../evidence/tempering.ts'
import { stepsOf } from '../plan/steps.ts'
import type { Plan } from '../plan/plan.ts'
import type { Situation } from '../policy/situation.ts'
import type { Duration } from '../values/units.ts'

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
}

/**
 * Returns the slowest of what a phase has to know; undefined where it compares nothing, or nothing is known of the
 * traffic.
 */
export function outlookOf(plan: Plan, phase: string, flows: readonly Flow[], of?: string): Outlook | undefined {
  const last = stepsOf(plan)
    .map(({ index }) => ({ index, ramp: rampAt(plan, index) }))
    .filter(({ ramp }) => ramp?.of.startsWith(`${phase}/`) && (of === undefined || ramp.of === of))
    .at(of === undefined ? 0 : -1)
  // Toggles that go one by one take as long as each other: the first stands for all.
  if (of === undefined && last?.ramp) return outlookOf(plan, phase, flows, last.ramp.of)
  if (!last?.ramp) return undefined
  const { index, ramp } = last
  const each = flows.flatMap((flow) => (ramp.metrics[flow.metric] === undefined ? [] : [slowness(plan, ramp, index, flow)]))
  return each.toSorted((a, b) => (b.takes ?? Infinity) - (a.takes ?? Infinity))[0]
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
  const tempered = { ...traffic, perSecond: flow.perSecond * etaOf(flow, share, own, plan.interval) }
  const proven = minutesToProve(own.critical, tempered, own) * 60_000
  const bounded = pollsToBound(flow, share, own, plan.interval) * plan.interval
  const takes = Math.max(LEAST_POLLS * plan.interval, Math.min(proven, bounded))
  const rounds = phase?.order === 'together' ? 1 : (phase?.toggles.length ?? 1)
  const patience = Math.min(LONGEST_STEP, (phase?.planned?.max ?? Infinity) / rounds)
  const hold = step?.hold ?? 0
  const isTimed = pace === 'clock' && stepsOf(plan)[index + 1]?.to !== 100
  const longest = pace === 'clock' ? Math.max(hold, LONGEST_STEP) : patience
  const given = isTimed ? hold : longest
  const within = takes > given && given >= plan.interval ? provableWithin(given / 60_000, tempered, own) : undefined
  return defined({
    ...flow,
    phase: phase?.id ?? '',
    share,
    ratio: own.critical,
    takes: Number.isFinite(takes) ? takes : undefined,
    given,
    pace: isTimed ? 'clock' : 'evidence',
    beyond: pace === 'clock' && !isTimed && takes > hold ? hold : undefined,
    within,
  })
}

/** What a poll counts for, by what is known of noise before anything was seen. */
function etaOf(flow: Flow, share: number, policy: Policy, interval: Duration): number {
  return tempering(QUIET, policy.critical, { ...pollOf(flow, share, interval), lasted: interval }, policy.eventsPerCause)
}

function pollOf({ perSecond, rate }: Flow, share: number, interval: Duration, polls = 1): Pair {
  const group = (part: number): Group => {
    const total = (perSecond * part * interval * polls) / 1000
    return { total, bad: total * rate }
  }
  return { on: group(share), off: group(1 - share) }
}

/**
 * Polls until the rate itself is bounded closely enough, whatever the ratio. Infinity beyond what a step may take
 * tenfold.
 */
function pollsToBound(flow: Flow, share: number, policy: Policy, interval: Duration): number {
  const entry: Entry = { metric: flow.metric, stream: FRESH, normal: UNKNOWN }
  const isEnough = (polls: number): boolean =>
    excessOf(entry, policy, limitsOf(policy).last, pollOf(flow, share, interval, polls)) <= negligibleAt(flow.rate, policy)
  for (let polls = 1; polls * interval <= 10 * LONGEST_STEP; polls = Math.ceil(polls * 1.1)) if (isEnough(polls)) return polls
  return Infinity
}
