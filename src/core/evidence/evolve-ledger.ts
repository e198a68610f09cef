import { defined } from '../values/defined.ts'
import type { Duration } from '../values/units.ts'
import { ENOUGH, chooseBuckets, plusHistogram, slowerThan, type Histogram } from './buckets.ts'
import { NOTHING_HELD, nameOf, type Entry, type Ledger } from './ledger.ts'
import type { Group } from './likelihood.ts'
import { UNKNOWN, failingOf, remember, type Failing } from './normal.ts'
import { policyFor, type Policy } from './policy.ts'
import { sift, type Poll, type Sifted, type Usable, type Wanted } from './poll.ts'
import { FRESH, enterStep, evolveStream } from './stream.ts'
import { driftOf, type Stretch } from './tempering.ts'

const COOL_DOWN: Duration = 180_000

/**
 * Returns the ledger after one more poll. Never throws: what cannot be used is a gap, and a poll out of order is
 * refused.
 */
export function evolveLedger(before: Ledger, poll: Poll, policy: Policy): Ledger {
  const { refused: _r, ...last } = before
  const refused = refusal(last, poll, policy)
  if (refused !== undefined) return { ...last, refused }

  const arrived = poll.step === last.step ? last : enter(last, poll.step, policy)
  const lasted = poll.at - last.at
  const sifted = sift(poll, wantedBy(arrived), { before: arrived, lasted, share: policy.shares[poll.step] ?? 0 })
  const read = arrived.entries.map((entry) => ({ entry, ...readingOf(entry, sifted, policy) }))
  const failing = read.find(({ failing: each }) => each)
  const trust = arrived.cooling > 0 ? 'none' : failing ? 'losses' : 'all'
  const calm = trust === 'all'
  // Whatever makes one stream wander makes others: each is tempered by the most that any of them did.
  const drift = Math.max(0, ...arrived.entries.map(({ stream }) => driftOf(stream.noise)))
  const entries = read.map(({ entry, both, off, failing: own }) => ({
    ...entry,
    stream: both ? evolveStream(entry.stream, both, policyFor(policy, entry.metric), trust, drift) : entry.stream,
    normal: off ? remember(entry.normal, off, lasted, !calm, own) : entry.normal,
  }))
  const { incident, ...rest } = arrived
  return defined({
    ...rest,
    at: poll.at,
    lasted: arrived.lasted + lasted,
    polls: arrived.polls + 1,
    counted: arrived.counted + (calm && Object.keys(sifted.gaps).length === 0 ? 1 : 0),
    ...choose(arrived, entries, sifted),
    gaps: sifted.gaps,
    // What was gained in an incident must not count when it is over.
    held: calm ? sifted.held : NOTHING_HELD,
    cooling: failing ? COOL_DOWN : Math.max(0, arrived.cooling - lasted),
    incident: failing?.failing ? { stream: nameOf(failing.entry), ...failing.failing } : arrived.cooling > 0 ? incident : undefined,
  })
}

function refusal({ at }: Ledger, poll: Poll, { shares }: Policy): string | undefined {
  if (!Number.isFinite(poll.at)) return `the time of the poll is ${poll.at}`
  if (poll.at <= at) return poll.at === at ? 'the same poll again' : 'a poll older than the last one'
  const share = shares[poll.step]
  return share !== undefined && share > 0 && share < 1
    ? undefined
    : 'nobody has the toggle off at this step: there is nothing to compare with'
}

function enter(ledger: Ledger, step: number, policy: Policy): Ledger {
  const entries = ledger.entries.map((entry) => ({ ...entry, stream: enterStep(entry.stream, policy) }))
  return { ...ledger, step, lasted: 0, polls: 0, counted: 0, entries, gaps: {}, held: NOTHING_HELD }
}

function wantedBy({ errors, latency, entries }: Ledger): Wanted {
  const bounds = (metric: string): readonly string[] =>
    entries.flatMap((entry) => (entry.metric === metric && entry.le !== undefined ? [entry.le] : []))
  return { errors, latency: Object.fromEntries(latency.map((metric) => [metric, bounds(metric)])) }
}

/** What a poll says of one stream. */
interface Reading {
  /** What both groups did, since both have moved. */
  readonly both?: Stretch
  /** What the toggle-off group did in this poll, and how it is failing. */
  readonly off?: Group
  readonly failing?: Failing
}

function readingOf({ metric, le, normal }: Entry, { errors, latency }: Sifted, policy: Policy): Reading {
  const { both, off } =
    le === undefined ? usableOf(errors[metric], (group) => group) : usableOf(latency[metric], (histogram) => slowerThan(le, histogram))
  return defined({ both, off, failing: off && failingOf(normal, off, Math.max(1, policyFor(policy, metric).eventsPerCause)) })
}

function usableOf<Counts>(usable: Usable<Counts> | undefined, group: (counts: Counts) => Group | undefined): Pick<Reading, 'both' | 'off'> {
  const { now, both } = usable ?? {}
  const [on, off] = [both && group(both.on), both && group(both.off)]
  return defined({ both: both && on && off && { on, off, lasted: both.lasted }, off: now?.off && group(now.off) })
}

/** Freezes the buckets of each latency metric once enough was seen; they count from the next poll on. */
function choose(ledger: Ledger, entries: readonly Entry[], { latency }: Sifted): Pick<Ledger, 'entries' | 'unchosen'> {
  const unchosen: Record<string, Histogram> = {}
  const chosen: Entry[] = []
  for (const [metric, seen] of Object.entries(ledger.unchosen)) {
    const off = latency[metric]?.now.off
    const now = off ? plusHistogram(seen, off) : seen
    const bounds = (now['+Inf'] ?? 0) >= ENOUGH ? chooseBuckets(now) : []
    if (bounds.length === 0) unchosen[metric] = now
    chosen.push(...bounds.map((le) => ({ metric, le, stream: FRESH, normal: UNKNOWN })))
  }
  return { entries: [...entries, ...chosen], unchosen }
}
