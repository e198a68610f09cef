import type { Instant } from '../values/units.ts'
import type { Histogram } from './buckets.ts'
import { faultOf, faultOfHistogram, gap, silence, type Gap, type Read } from './gap.ts'
import type { Group } from './likelihood.ts'

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

/** What of a poll can be used, and why the rest cannot. */
export type Sifted = Pick<Poll, 'errors' | 'latency'> & { readonly gaps: { readonly [metric: string]: Gap } }

/** Which metrics a poll should hold; for latency the bounds it must not lose. */
export interface Wanted {
  readonly errors: readonly string[]
  readonly latency: { readonly [metric: string]: readonly string[] }
}

/** Drops counts that are none. `before` are the gaps of the poll before, `share` (0–1) the step's. */
export function sift(poll: Poll, wanted: Wanted, before: Sifted['gaps'], share: number): Sifted {
  const gaps: Record<string, Gap> = {}
  const one = <Counts>(metric: string, read: Read<Counts> | undefined, check: Check<Counts>): Read<Counts> => {
    const { usable, missing } = siftRead(read, check, before[metric], share)
    if (missing) gaps[metric] = missing
    return usable
  }
  const errors = Object.fromEntries(wanted.errors.map((metric) => [metric, one(metric, poll.errors[metric], GROUP)]))
  const latency = Object.fromEntries(
    Object.entries(wanted.latency).map(([metric, bounds]) => [metric, one(metric, poll.latency[metric], histogramWith(bounds))]),
  )
  return { errors, latency, gaps }
}

type Fault = Pick<Gap, 'reason' | 'detail'>

interface Check<Counts> {
  readonly fault: (counts: Counts) => Fault | undefined
  readonly requests: (counts: Counts) => number
}

const GROUP: Check<Group> = { fault: (group) => impossible(faultOf(group)), requests: ({ total }) => total }

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
  }
}

function impossible(detail: string | undefined): Fault | undefined {
  return detail === undefined ? undefined : { reason: 'impossible', detail }
}

function siftRead<Counts>(
  read: Read<Counts> | undefined,
  { fault, requests }: Check<Counts>,
  before: Gap | undefined,
  share: number,
): { readonly usable: Read<Counts>; readonly missing?: Gap | undefined } {
  const { on, off } = read ?? {}
  const [wrongOn, wrongOff] = [on && fault(on), off && fault(off)]
  const usable = { ...(on && !wrongOn && { on }), ...(off && !wrongOff && { off }) }
  if (wrongOn) return { usable, missing: gap(before, wrongOn.reason, 'on', wrongOn.detail) }
  if (wrongOff) return { usable, missing: gap(before, wrongOff.reason, 'off', wrongOff.detail) }
  if (!on && !off) return { usable, missing: gap(before, 'unread', 'both', 'neither group was read') }
  // A counter that nobody has counted yet is not there to be read: as with silence, it matters how many there should be.
  const expected = ((off ? requests(off) : 0) * share) / (1 - share)
  if (!on) return { usable, missing: gap(before, 'unread', 'on', 'the group with the toggle on was not read', expected) }
  if (!off) return { usable, missing: gap(before, 'unread', 'off', 'the group with the toggle off was not read') }
  return { usable, missing: silence(before, requests(on), requests(off), share) }
}
