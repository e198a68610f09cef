import type { Duration, Instant } from '../values/units.ts'
import { plusHistogram, type Histogram } from './buckets.ts'
import { faultOf, faultOfHistogram, gap, type Gap, type Read } from './gap.ts'
import { plus, type Group } from './likelihood.ts'

/** The counts between the last poll and this one. */
export interface Poll {
  readonly at: Instant
  /** Index into `Policy.shares` of the exposure in force all that time. */
  readonly step: number
  /** Metric → failed requests of all, per group. */
  readonly errors: { readonly [metric: string]: Read<Group> }
  /** Metric → latency histogram, per group. */
  readonly latency: { readonly [metric: string]: Read<Histogram> }
}

/** What both groups did in a stretch of time in which both have moved. */
export interface Both<Counts> {
  readonly on: Counts
  readonly off: Counts
  readonly lasted: Duration
}

/** What can be used of one metric. */
export interface Usable<Counts> {
  /** Of this poll alone. */
  readonly now: Read<Counts>
  /** Since both groups had moved last; absent while one of them has not. */
  readonly both?: Both<Counts>
}

/** Metric → what waits for the other group to move: groups that are scraped in turn move in turn. */
export interface HeldBack {
  readonly errors: { readonly [metric: string]: Both<Group> }
  readonly latency: { readonly [metric: string]: Both<Histogram> }
}

/** What of a poll can be used, what waits, and why the rest cannot. */
export interface Sifted {
  readonly errors: { readonly [metric: string]: Usable<Group> }
  readonly latency: { readonly [metric: string]: Usable<Histogram> }
  readonly gaps: { readonly [metric: string]: Gap }
  readonly held: HeldBack
}

/** Which metrics a poll should hold; for latency the bounds it must not lose. */
export interface Wanted {
  readonly errors: readonly string[]
  readonly latency: { readonly [metric: string]: readonly string[] }
}

/** Where the poll stands: what was before it, how long it lasted, and the share (0–1) of its step. */
export interface Stand {
  readonly before: Pick<Sifted, 'gaps' | 'held'>
  readonly lasted: Duration
  readonly share: number
}

/** Longer than this nothing waits: the rate may have become another, and the split of the traffic with it. */
const LONGEST_HELD: Duration = 180_000

/** Drops counts that are none, and holds back what only one group has gained. */
export function sift(poll: Poll, wanted: Wanted, stand: Stand): Sifted {
  const { held } = stand.before
  const errors = wanted.errors.map((metric) => [metric, siftOne(poll.errors[metric], GROUP, held.errors[metric], stand, metric)] as const)
  const latency = Object.entries(wanted.latency).map(
    ([metric, bounds]) => [metric, siftOne(poll.latency[metric], histogramWith(bounds), held.latency[metric], stand, metric)] as const,
  )
  return {
    errors: usable(errors),
    latency: usable(latency),
    gaps: Object.fromEntries([...errors, ...latency].flatMap(([metric, { missing }]) => (missing ? [[metric, missing]] : []))),
    held: { errors: waiting(errors), latency: waiting(latency) },
  }
}

interface One<Counts> {
  readonly usable: Usable<Counts>
  readonly missing?: Gap
  readonly held?: Both<Counts> | undefined
}

type All<Counts> = readonly (readonly [metric: string, one: One<Counts>])[]

function usable<Counts>(all: All<Counts>): { readonly [metric: string]: Usable<Counts> } {
  return Object.fromEntries(all.map(([metric, one]) => [metric, one.usable]))
}

function waiting<Counts>(all: All<Counts>): { readonly [metric: string]: Both<Counts> } {
  return Object.fromEntries(all.flatMap(([metric, { held }]) => (held ? [[metric, held]] : [])))
}

type Fault = Pick<Gap, 'reason' | 'detail'>

interface Check<Counts> {
  readonly fault: (counts: Counts) => Fault | undefined
  readonly requests: (counts: Counts) => number
  readonly plus: (one: Counts, other: Counts) => Counts
}

const GROUP: Check<Group> = { fault: (group) => impossible(faultOf(group)), requests: ({ total }) => total, plus }

function histogramWith(bounds: readonly string[]): Check<Histogram> {
  return {
    fault: (histogram) => {
      const lost = bounds.find((le) => histogram[le] === undefined)
      return (
        impossible(faultOfHistogram(histogram)) ??
        (lost === undefined ? undefined : { reason: 'buckets', detail: `bucket ${lost} is gone` })
      )
    },
    requests: (histogram) => histogram['+Inf'] ?? 0,
    plus: plusHistogram,
  }
}

function impossible(detail: string | undefined): Fault | undefined {
  return detail === undefined ? undefined : { reason: 'impossible', detail }
}

function siftOne<Counts>(
  read: Read<Counts> | undefined,
  { fault, requests, plus: add }: Check<Counts>,
  held: Both<Counts> | undefined,
  { before, lasted, share }: Stand,
  metric: string,
): One<Counts> {
  const { on, off } = read ?? {}
  const [wrongOn, wrongOff] = [on && fault(on), off && fault(off)]
  const now = { ...(on && !wrongOn && { on }), ...(off && !wrongOff && { off }) }
  // A counter that nobody has counted yet is not there to be read: as with silence, it matters how many there should be.
  const expected = ((now.off ? requests(now.off) : 0) * share) / (1 - share)
  const missing = (reason: Gap['reason'], group: Gap['group'], detail: string): Gap =>
    gap(before.gaps[metric], { reason, group, detail }, lasted, group === 'on' ? expected : 0)
  const without = (gone: Gap): One<Counts> => ({ usable: { now }, missing: gone, held })
  if (wrongOn) return without(missing(wrongOn.reason, 'on', wrongOn.detail))
  if (wrongOff) return without(missing(wrongOff.reason, 'off', wrongOff.detail))
  if (!on && !off) return without(missing('unread', 'both', 'neither group was read'))
  if (!on) return without(missing('unread', 'on', 'the group with the toggle on was not read'))
  if (!off) return without(missing('unread', 'off', 'the group with the toggle off was not read'))

  const isLate = (held?.lasted ?? 0) + lasted > LONGEST_HELD
  const gathered = held && !isLate ? { on: add(held.on, on), off: add(held.off, off), lasted: held.lasted + lasted } : { on, off, lasted }
  const [hasOn, hasOff] = [requests(gathered.on) > 0, requests(gathered.off) > 0]
  if (hasOn && hasOff) return { usable: { now, both: gathered } }
  const gone = hasOn
    ? missing('silent', 'off', 'no request with the toggle off')
    : hasOff
      ? missing('silent', 'on', 'no request with the toggle on')
      : missing('silent', 'both', 'no request at all')
  return { usable: { now }, missing: gone, held: hasOn || hasOff ? gathered : undefined }
}
