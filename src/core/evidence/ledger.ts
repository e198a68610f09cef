import type { Instant } from '../units.ts'
import { ENOUGH, chooseBuckets, slowerThan, type Histogram } from './buckets.ts'
import { faultOf, faultOfHistogram, gap, silence, type Gap, type Read } from './gap.ts'
import { UNKNOWN, isFailing, remember, type Normal } from './incident.ts'
import type { Group, Pair } from './likelihood.ts'
import type { Policy } from './policy.ts'
import { FRESH, enterStep, evolveStream, type Stream } from './stream.ts'

/** What was counted between the last poll and this one. */
export interface Poll {
  readonly at: Instant
  /** Index into `Policy.shares` of the exposure in force all that time. */
  readonly step: number
  /** Metric → failed requests of all, per group. */
  readonly errors: { readonly [metric: string]: Read<Group> }
  /** Metric → latency histogram, per group. */
  readonly latency: { readonly [metric: string]: Read<Histogram> }
}

/** One stream with what is normal for it. */
export interface Entry {
  readonly metric: string
  /** The bucket beyond which a request is slow; absent for failed requests. */
  readonly le?: string
  readonly stream: Stream
  readonly normal: Normal
}

/** All evidence about one rollout. Plain data, a fold over its polls: it lives in the journal. */
export interface Ledger {
  readonly at?: Instant
  readonly step: number
  /** Polls at this step; those of them that counted. */
  readonly polls: number
  readonly counted: number
  readonly errors: readonly string[]
  readonly latency: readonly string[]
  readonly entries: readonly Entry[]
  /** Metric → requests of the toggle-off group so far, until its buckets are chosen. */
  readonly unchosen: { readonly [metric: string]: Histogram }
  readonly gaps: { readonly [metric: string]: Gap }
  /** Polls until an incident in the toggle-off group is forgotten; 0 when there is none. */
  readonly cooling: number
  /** The stream the incident showed in, and how bad it was against normal. */
  readonly incident?: { readonly stream: string; readonly rate: number; readonly normal: number }
  /** Why the newest poll was not taken at all. */
  readonly refused?: string
}

const COOL_DOWN = 3

/** An empty ledger over these metrics. They are fixed now: weights of evidence may not depend on it. */
export function openLedger(errors: readonly string[], latency: readonly string[]): Ledger {
  return {
    step: 0,
    polls: 0,
    counted: 0,
    errors,
    latency,
    entries: errors.map((metric) => ({ metric, stream: FRESH, normal: UNKNOWN })),
    unchosen: Object.fromEntries(latency.map((metric) => [metric, {}])),
    gaps: {},
    cooling: 0,
  }
}

/** `error_rate`, `latency > 0.25`. */
export function nameOf({ metric, le }: Entry): string {
  return le === undefined ? metric : `${metric} > ${le}`
}

/** The ledger after one more poll. Never throws: what cannot be used is a gap, and a poll out of order is refused. */
export function evolve(before: Ledger, poll: Poll, policy: Policy): Ledger {
  const { refused: _r, ...last } = before
  const refused = refusal(last, poll, policy)
  if (refused !== undefined) return { ...last, refused }

  const arrived = poll.step === last.step ? last : enter(last, poll.step, policy)
  const read = arrived.entries.map((entry) => ({ entry, ...readingOf(entry, poll) }))
  const gaps = gapsOf(arrived, poll, policy)
  const failing = read.find(({ entry, off }) => off && isFailing(entry.normal, off))
  const trust = arrived.cooling > 0 ? 'none' : failing ? 'losses' : 'all'
  const calm = trust === 'all'
  const entries = read.map(({ entry, pair, off }) => ({
    ...entry,
    stream: pair ? evolveStream(entry.stream, pair, policy, trust) : entry.stream,
    normal: off ? remember(entry.normal, off, calm) : entry.normal,
  }))
  const { incident, ...rest } = arrived
  const now = failing?.off && { stream: nameOf(failing.entry), rate: rateOf(failing.off), normal: rateOf(failing.entry.normal) }
  const shown = now ?? (arrived.cooling > 0 ? incident : undefined)
  return {
    ...rest,
    at: poll.at,
    polls: arrived.polls + 1,
    counted: arrived.counted + (calm && Object.keys(gaps).length === 0 ? 1 : 0),
    ...choose(arrived, entries, poll, gaps),
    gaps,
    cooling: failing ? COOL_DOWN : Math.max(0, arrived.cooling - 1),
    ...(shown && { incident: shown }),
  }
}

/** A person has looked: the polls of the step start over, and what is normal is learned anew. */
export function resume(ledger: Ledger): Ledger {
  const { incident: _i, ...rest } = ledger
  const entries = ledger.entries.map((entry) => ({ ...entry, normal: UNKNOWN }))
  return { ...rest, entries, polls: 0, counted: 0, gaps: {}, cooling: 0 }
}

function refusal({ at }: Ledger, poll: Poll, { shares }: Policy): string | undefined {
  if (!Number.isFinite(poll.at)) return `the time of the poll is ${poll.at}`
  if (at !== undefined && poll.at <= at) return poll.at === at ? 'the same poll again' : 'a poll older than the last one'
  const share = shares[poll.step]
  return share !== undefined && share > 0 && share < 1
    ? undefined
    : 'nobody has the toggle off at this step: there is nothing to compare with'
}

function enter(ledger: Ledger, step: number, policy: Policy): Ledger {
  const entries = ledger.entries.map((entry) => ({ ...entry, stream: enterStep(entry.stream, policy) }))
  return { ...ledger, step, polls: 0, counted: 0, entries, gaps: {} }
}

/** What a poll says about one stream: both groups, or at least the one that shows an incident. */
function readingOf({ metric, le }: Entry, poll: Poll): { readonly pair?: Pair; readonly off?: Group } {
  const on = usable(le === undefined ? poll.errors[metric]?.on : slow(poll.latency[metric]?.on, le))
  const off = usable(le === undefined ? poll.errors[metric]?.off : slow(poll.latency[metric]?.off, le))
  return { ...(on && off && { pair: { on, off } }), ...(off && { off }) }
}

function slow(histogram: Histogram | undefined, le: string): Group | undefined {
  return histogram && faultOfHistogram(histogram) === undefined ? slowerThan(le, histogram) : undefined
}

function usable(group: Group | undefined): Group | undefined {
  return group && faultOf(group) === undefined ? group : undefined
}

function rateOf({ total, bad }: Group): number {
  return total > 0 ? bad / total : 0
}

function gapsOf(ledger: Ledger, poll: Poll, policy: Policy): Ledger['gaps'] {
  const share = policy.shares[poll.step] ?? 0
  const found: Record<string, Gap> = {}
  for (const metric of ledger.errors) {
    const each = gapOf(ledger.gaps[metric], poll.errors[metric], faultOf, (group) => group, share)
    if (each) found[metric] = each
  }
  for (const metric of ledger.latency) {
    const bounds = ledger.entries.flatMap((entry) => (entry.metric === metric && entry.le !== undefined ? [entry.le] : []))
    const changed = (histogram: Histogram): string | undefined => {
      const lost = bounds.find((le) => histogram[le] === undefined)
      return lost === undefined ? undefined : `bucket ${lost} is gone`
    }
    const read = poll.latency[metric]
    const each = gapOf(
      ledger.gaps[metric],
      read,
      faultOfHistogram,
      (histogram) => ({ total: histogram['+Inf'] ?? 0, bad: 0 }),
      share,
      changed,
    )
    if (each) found[metric] = each
  }
  return found
}

function gapOf<Counts>(
  before: Gap | undefined,
  read: Read<Counts> | undefined,
  fault: (counts: Counts) => string | undefined,
  group: (counts: Counts) => Group,
  share: number,
  changed: (counts: Counts) => string | undefined = () => undefined,
): Gap | undefined {
  const { on, off } = read ?? {}
  if (!on && !off) return gap(before, 'unread', 'both', 'neither group was read')
  if (!on) return gap(before, 'unread', 'on', 'the group with the toggle on was not read')
  if (!off) return gap(before, 'unread', 'off', 'the group with the toggle off was not read')
  for (const [name, counts] of [
    ['on', on],
    ['off', off],
  ] as const) {
    const wrong = fault(counts)
    if (wrong !== undefined) return gap(before, 'impossible', name, wrong)
    const lost = changed(counts)
    if (lost !== undefined) return gap(before, 'buckets', name, lost)
  }
  return silence(before, { on: group(on), off: group(off) }, share)
}

/** Freezes the buckets of each latency metric once enough was seen; they count from the next poll on. */
function choose(ledger: Ledger, entries: readonly Entry[], poll: Poll, gaps: Ledger['gaps']): Pick<Ledger, 'entries' | 'unchosen'> {
  const unchosen: Record<string, Histogram> = {}
  const chosen: Entry[] = []
  for (const [metric, seen] of Object.entries(ledger.unchosen)) {
    const off = poll.latency[metric]?.off
    const now = off && gaps[metric]?.reason !== 'impossible' ? add(seen, off) : seen
    const bounds = (now['+Inf'] ?? 0) >= ENOUGH ? chooseBuckets(now) : []
    if (bounds.length === 0) unchosen[metric] = now
    chosen.push(...bounds.map((le) => ({ metric, le, stream: FRESH, normal: UNKNOWN })))
  }
  return { entries: [...entries, ...chosen], unchosen }
}

/** Bound by bound; a set of bounds that changed starts over. */
function add(seen: Histogram, more: Histogram): Histogram {
  const bounds = Object.keys(more)
  const same = bounds.length === Object.keys(seen).length && bounds.every((le) => seen[le] !== undefined)
  return same ? Object.fromEntries(bounds.map((le) => [le, (seen[le] ?? 0) + (more[le] ?? 0)])) : more
}
