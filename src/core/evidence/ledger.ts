import { defined } from '../values/defined.ts'
import type { Instant } from '../values/units.ts'
import { ENOUGH, chooseBuckets, slowerThan, type Histogram } from './buckets.ts'
import type { Gap, Read } from './gap.ts'
import { UNKNOWN, isFailing, remember, type Normal } from './normal.ts'
import type { Group, Pair } from './likelihood.ts'
import { policyFor, type Policy } from './policy.ts'
import { sift, type Poll, type Sifted, type Wanted } from './poll.ts'
import { driftOf } from './tempering.ts'
import { FRESH, enterStep, evolveStream, type EvidenceStream } from './stream.ts'

/** One stream with what is normal for it. */
export interface Entry {
  readonly metric: string
  /** The bucket beyond which a request is slow; absent for failed requests. */
  readonly le?: string
  readonly stream: EvidenceStream
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

/** Opens an empty ledger over these metrics. They are fixed now: weights of evidence may not depend on it. */
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

/** Returns the name of an entry for people: `error_rate`, `latency > 0.25`. */
export function nameOf({ metric, le }: Entry): string {
  return le === undefined ? metric : `${metric} > ${le}`
}

/**
 * Returns the ledger after one more poll. Never throws: what cannot be used is a gap, and a poll out of order is
 * refused.
 */
export function evolveLedger(before: Ledger, poll: Poll, policy: Policy): Ledger {
  const { refused: _r, ...last } = before
  const refused = refusal(last, poll, policy)
  if (refused !== undefined) return { ...last, refused }

  const arrived = poll.step === last.step ? last : enter(last, poll.step, policy)
  const sifted = sift(poll, wantedBy(arrived), arrived.gaps, policy.shares[poll.step] ?? 0)
  const read = arrived.entries.map((entry) => ({ entry, ...readingOf(entry, sifted) }))
  const failing = read.find(({ entry, off }) => off && isFailing(entry.normal, off))
  const trust = arrived.cooling > 0 ? 'none' : failing ? 'losses' : 'all'
  const calm = trust === 'all'
  // Whatever makes one stream wander makes others: each is tempered by the most that any of them did.
  const drift = Math.max(0, ...arrived.entries.map(({ stream }) => driftOf(stream.noise)))
  const entries = read.map(({ entry, pair, off }) => ({
    ...entry,
    stream: pair ? evolveStream(entry.stream, pair, policyFor(policy, entry.metric), trust, drift) : entry.stream,
    normal: off ? remember(entry.normal, off, calm) : entry.normal,
  }))
  const { incident, ...rest } = arrived
  const now = failing?.off && { stream: nameOf(failing.entry), rate: rateOf(failing.off), normal: rateOf(failing.entry.normal) }
  const shown = now ?? (arrived.cooling > 0 ? incident : undefined)
  return defined({
    ...rest,
    at: poll.at,
    polls: arrived.polls + 1,
    counted: arrived.counted + (calm && Object.keys(sifted.gaps).length === 0 ? 1 : 0),
    ...choose(arrived, entries, sifted),
    gaps: sifted.gaps,
    cooling: failing ? COOL_DOWN : Math.max(0, arrived.cooling - 1),
    incident: shown,
  })
}

/**
 * Returns the ledger after a person has looked: the polls of the step start over, and what is normal is learned anew.
 */
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

function wantedBy({ errors, latency, entries }: Ledger): Wanted {
  const bounds = (metric: string): readonly string[] =>
    entries.flatMap((entry) => (entry.metric === metric && entry.le !== undefined ? [entry.le] : []))
  return { errors, latency: Object.fromEntries(latency.map((metric) => [metric, bounds(metric)])) }
}

/** What a poll says about one stream: both groups, or at least the one that shows an incident. */
function readingOf({ metric, le }: Entry, { errors, latency }: Sifted): { readonly pair?: Pair; readonly off?: Group } {
  const { on, off } = le === undefined ? (errors[metric] ?? {}) : slow(latency[metric], le)
  return defined({ pair: on && off && { on, off }, off })
}

function slow(read: Read<Histogram> | undefined, le: string): Read<Group> {
  return { on: read?.on && slowerThan(le, read.on), off: read?.off && slowerThan(le, read.off) }
}

function rateOf({ total, bad }: Group): number {
  return total > 0 ? bad / total : 0
}

/** Freezes the buckets of each latency metric once enough was seen; they count from the next poll on. */
function choose(ledger: Ledger, entries: readonly Entry[], { latency }: Sifted): Pick<Ledger, 'entries' | 'unchosen'> {
  const unchosen: Record<string, Histogram> = {}
  const chosen: Entry[] = []
  for (const [metric, seen] of Object.entries(ledger.unchosen)) {
    const off = latency[metric]?.off
    const now = off ? add(seen, off) : seen
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
