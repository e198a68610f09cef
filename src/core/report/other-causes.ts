import { slowerThan } from '../evidence/buckets.ts'
import { NO_REQUESTS, plus, rateOf, type Group, type Pair } from '../evidence/likelihood.ts'
import type { Event } from '../journal/event.ts'
import type { State } from '../journal/state.ts'
import { rampAt } from '../judge/comparison.ts'
import type { Counted } from '../judge/counting.ts'
import type { Duration, Instant } from '../values/units.ts'

/** Something other than the release that the counts of a metric look like. Rates and shares are 0–1. */
export type OtherCause =
  /** With the change, the first minutes of its steps are unlike the rest. */
  | { readonly is: 'cold start'; readonly lasts: Duration; readonly first: number; readonly rest: number }
  /** As many requests are bad as before the step; those without the change lost what those with it gained. */
  | { readonly is: 'one client'; readonly before: number; readonly on: number; readonly off: number }
  /** The traffic of the two groups does not rise and fall together. */
  | { readonly is: 'time zones'; readonly least: number; readonly most: number; readonly over: Duration }

/** An event with what it happened to. */
interface Happened {
  readonly event: Event
  readonly before: State | undefined
}

/** What a poll has counted of one metric, and when. */
interface Stretch extends Pair {
  readonly cursor: number
  readonly at: Instant
  /** Since the step was reached. */
  readonly since: Duration
}

const MINUTE: Duration = 60_000
const HOUR: Duration = 60 * MINUTE
/** In standard deviations: what is no chance, and what may be one. */
const [SURE, PERHAPS] = [4, 2]
/** Bad requests below this show nothing. */
const LEAST = 5
/** How many times as bad, or as many, is a difference that matters. */
const TWICE = 2

/**
 * Returns what else the counts of a metric look like, of the change under way. `le`: the bucket beyond which a request
 * is slow, for latencies. Journals whose polls were not kept show nothing.
 */
export function otherCausesOf(all: readonly Happened[], state: State, metric: string, le?: string): readonly OtherCause[] {
  const polls = stretchesOf(all, metric, le)
  const of = rampAt(state.plan, state.cursor)?.of
  const own = polls.filter(({ cursor }) => of !== undefined && rampAt(state.plan, cursor)?.of === of)
  const settle = state.plan.phases.find(({ id }) => of?.startsWith(`${id}/`))?.settle ?? 0
  return [coldStart(own, settle), oneClient(polls, own, state.cursor), timeZones(own)].filter((each) => each !== undefined)
}

function stretchesOf(all: readonly Happened[], metric: string, le: string | undefined): readonly Stretch[] {
  let arrived: Instant = 0
  return all.flatMap(({ event, before }) => {
    if (event.type === 'arrived' || event.type === 'started') arrived = event.at
    if (event.type !== 'observed' || !before) return []
    return (event.polls?.each ?? []).flatMap(({ now, counted }) => {
      const pair = pairOf(counted[metric], le)
      return pair ? [{ ...pair, cursor: before.cursor, at: now, since: now - arrived }] : []
    })
  })
}

/** Before the first step nobody has the change: what all do is what those without it do. */
function pairOf(counted: Counted | undefined, le: string | undefined): Pair | undefined {
  if (counted?.is !== 'ratio' && counted?.is !== 'quantile') return undefined
  const { on, off, all } = counted.gained
  const group = (counts: Readonly<Record<string, number>> | undefined): Group | undefined => {
    if (!counts) return undefined
    return counted.is === 'ratio'
      ? { total: counts['total'] ?? 0, bad: counts['bad'] ?? 0 }
      : le === undefined
        ? undefined
        : slowerThan(le, counts)
  }
  const [having, without] = [group(on), group(off ?? all)]
  return without && { on: having ?? NO_REQUESTS, off: without }
}

/** Where the first minutes of steps are sure to be worse, and for how long; those without the change see nothing of it. */
function coldStart(own: readonly Stretch[], settle: Duration): OtherCause | undefined {
  const found = [1, 2, 3, 5, 10].flatMap((minutes) => {
    const lasts = minutes * MINUTE
    const early = sumOf(own.filter(({ since }) => since <= lasts))
    const late = sumOf(own.filter(({ since }) => since > lasts))
    const [first, rest] = [rateOf(early.on), rateOf(late.on)]
    const isWorse = early.on.bad >= LEAST && late.on.total >= early.on.total && first >= TWICE * rest
    const sure = deviation(early.on, late.on)
    return isWorse && sure >= SURE && deviation(early.off, late.off) < PERHAPS ? [{ lasts, first, rest, sure }] : []
  })
  const [surest] = found.toSorted((a, b) => b.sure - a.sure)
  if (!surest || surest.lasts <= settle) return undefined
  const { lasts, first, rest } = surest
  return { is: 'cold start', lasts, first, rest }
}

/** A bad release adds bad requests; one client that makes most of them takes them along as it gets the change. */
function oneClient(polls: readonly Stretch[], own: readonly Stretch[], cursor: number): OtherCause | undefined {
  const here = sumOf(own.filter((each) => each.cursor === cursor))
  const earlier = sumOf(polls.filter((each) => each.cursor < cursor))
  const before = plus(earlier.on, earlier.off)
  const now = plus(here.on, here.off)
  const isMoved = before.bad >= LEAST && here.on.bad >= LEAST && rateOf(here.on) >= TWICE * rateOf(here.off)
  const isGained = deviation(here.on, here.off) >= SURE && deviation(here.off, before) <= -SURE
  if (!isMoved || !isGained || Math.abs(deviation(now, before)) >= PERHAPS) return undefined
  return { is: 'one client', before: rateOf(before), on: rateOf(here.on), off: rateOf(here.off) }
}

/** Less than this much of a day shows no rhythm. */
const LEAST_HOURS = 6
/** The share of a group in the traffic that differs by so much between two hours is no chance, and nothing a split does. */
const UNEVEN = 1.3

function timeZones(own: readonly Stretch[]): OtherCause | undefined {
  for (const cursor of new Set(own.map((each) => each.cursor))) {
    const here = own.filter((each) => each.cursor === cursor)
    const hours = [...new Set(here.map(hourOf))].map((hour) => splitOf(sumOf(here.filter((each) => hourOf(each) === hour))))
    const seen = hours.filter(({ total }) => total > 0).toSorted((a, b) => rateOf(a) - rateOf(b))
    const [least, most] = [seen[0] ?? NO_REQUESTS, seen.at(-1) ?? NO_REQUESTS]
    const isUneven = rateOf(most) >= UNEVEN * rateOf(least) && deviation(most, least) >= SURE + PERHAPS
    if (seen.length >= LEAST_HOURS && isUneven)
      return { is: 'time zones', least: rateOf(least), most: rateOf(most), over: seen.length * HOUR }
  }
  return undefined
}

function hourOf({ at }: Stretch): number {
  return Math.floor(at / HOUR)
}

/** How many of all requests are of those with the change. */
function splitOf({ on, off }: Pair): Group {
  return { total: on.total + off.total, bad: on.total }
}

function sumOf(pairs: readonly Pair[]): Pair {
  return pairs.reduce<Pair>((sum, { on, off }) => ({ on: plus(sum.on, on), off: plus(sum.off, off) }), {
    on: NO_REQUESTS,
    off: NO_REQUESTS,
  })
}

/** Returns by how many standard deviations one rate is above another (two proportions, pooled variance). */
function deviation(one: Group, other: Group): number {
  const all = plus(one, other)
  const pooled = rateOf(all)
  const variance = one.total > 0 && other.total > 0 ? pooled * (1 - pooled) * (1 / one.total + 1 / other.total) : 0
  return variance > 0 ? (rateOf(one) - rateOf(other)) / Math.sqrt(variance) : 0
}
