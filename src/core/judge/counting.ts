import { defined } from '../values/defined.ts'
import type { Bin } from './bin.ts'
import { totals, type Counters } from './counters.ts'
import {
  followAgain,
  followSeries,
  followStranger,
  hasFallen,
  REMEMBERED,
  strangeness,
  type Doubt,
  type Followed,
  type Origin,
  type Stranger,
} from './origin.ts'
import { absent, type Measured, type Reading, type Series } from '../values/reading.ts'
import type { Instant } from '../values/units.ts'

/** Whose requests: everybody's, those with the toggle on, those with it off. */
export type Side = 'all' | 'on' | 'off'
type Sides<Each> = { readonly [side in Side]?: Each }

/** The memory of a metric's counters between two polls. Plain data: it lives in the journal. */
export interface Counting {
  /** Raw counters of the last poll that had them; absent where nothing may be compared with them. */
  readonly last?: Sides<Counters>
  /** When that poll was, and when the process began that answered. */
  readonly at?: Instant
  readonly began?: Instant
  /** Series whose beginning is, or lately was, in question: `side/key/id`. */
  readonly marks?: { readonly [series: string]: Origin }
  /** Gains of polls that could not be told yet. */
  readonly owed?: Sides<Bin['counts']>
  /** Several processes answer in turn: for so many more polls nothing is counted, and why. */
  readonly distrust?: { readonly polls: number; readonly detail: string }
}

/** What a poll says once its counters are counted: what each side gained since the poll before. */
export type Counted =
  | Extract<Reading, { is: 'value' | 'missing' }>
  | { readonly is: 'ratio'; readonly gained: Sides<Bin['counts']> }
  | { readonly is: 'quantile'; readonly quantile: number; readonly gained: Sides<Bin['counts']> }

type Cumulative = Extract<Measured, { is: 'ratio' | 'quantile' }>

/** Returns the memory as a step is reached: what was counted on the way there belongs to neither step. */
export function beginCounting(before: Counting | undefined, reading: Reading, wanted: readonly Side[], now: Instant): Counting {
  const { last: _l, at: _a, began: _b, owed: _o, ...kept } = before ?? {}
  if (reading.is !== 'ratio' && reading.is !== 'quantile') return kept
  const last = sidesOf(reading, wanted)
  return brokenIn(last) === undefined ? defined({ ...kept, last, at: now, began: reading.instance?.began }) : kept
}

/**
 * Counts one more poll. A counter begins where its process began: the first poll counts nothing, a restart counts what
 * the new process shows once it is known to be one, and what is read from several processes counts nothing at all.
 */
export function count(
  before: Counting | undefined,
  reading: Reading,
  wanted: readonly Side[],
  now: Instant,
): { readonly counting?: Counting; readonly counted: Counted } {
  if (reading.is === 'missing' || reading.is === 'value') return { ...(before && { counting: before }), counted: reading }
  const last = sidesOf(reading, wanted)
  const wrong = brokenIn(last)
  if (wrong !== undefined) return { ...(before && { counting: before }), counted: absent('not-finite', wrong) }
  // A page that does not say when its process began leaves known what was said before.
  const began = reading.instance?.began ?? before?.began
  const next = { at: now, ...(began !== undefined && { began }) }
  if (!before?.last) return { counting: { ...before, ...next, last }, counted: absent('first-poll', 'a counter needs two polls') }
  const { gained: fresh, marks, doubt, hasRestarted } = follow(before, before.last, last, reading, now)
  const distrust = distrustOf(before, marks, doubt)
  // A process that began again makes each series anew: one it does not show yet has nothing to fall from.
  const kept = hasRestarted ? last : mergedSides(before.last, last)
  const counting = defined({ ...next, last: kept, marks: Object.keys(marks).length > 0 ? marks : undefined, distrust })
  if (distrust) return { counting, counted: absent('in-turn', distrust.detail) }
  const gained = added(before.owed ?? {}, fresh)
  const owing = { ...counting, owed: gained }
  if (doubt) return { counting: owing, counted: absent(doubt.reason, doubt.detail) }
  if (isHeldBack(fresh, marks, wholeOf(reading)))
    return { counting: owing, counted: absent('reset', 'the counter began anew: the next sample tells whether its process did') }
  return { counting, counted: reading.is === 'ratio' ? { is: 'ratio', gained } : { is: 'quantile', quantile: reading.quantile, gained } }
}

function added(some: Sides<Bin['counts']>, more: Sides<Bin['counts']>): Sides<Bin['counts']> {
  return mapSides({ ...some, ...more }, (_, side) =>
    mapValues({ ...some[side], ...more[side] }, (_each, key) => (some[side]?.[key] ?? 0) + (more[side]?.[key] ?? 0)),
  )
}

function distrustOf({ distrust }: Counting, marks: NonNullable<Counting['marks']>, doubt: Doubt | undefined): Counting['distrust'] {
  if (doubt?.reason === 'in-turn') return { polls: REMEMBERED, detail: doubt.detail }
  if (!distrust) return undefined
  const hasJustFallen = Object.values(marks).some(({ from, top, polls }) => from !== undefined && top !== undefined && polls === 0)
  const polls = hasJustFallen ? REMEMBERED : distrust.polls - 1
  return polls > 0 ? { ...distrust, polls } : undefined
}

/** Polls that come faster than samples see the same one several times. */
const SOON = 10

/** Nothing but what is held back: that is not silence. */
function isHeldBack(gained: Sides<Bin['counts']>, marks: NonNullable<Counting['marks']>, whole: string): boolean {
  const isStill = Object.values(gained).every((counts) => (counts[whole] ?? 0) === 0)
  return isStill && Object.values(marks).some(({ from, polls }) => from !== undefined && polls < SOON)
}

interface Trace {
  readonly gained: Sides<Bin['counts']>
  readonly marks: { readonly [series: string]: Origin }
  readonly doubt?: Doubt
  /** Whether a process that is told from the others began again. */
  readonly hasRestarted: boolean
}

/** A process may have begun so long before its first poll where two clocks differ. */
const SKEW = 60_000

function follow(before: Counting, last: Sides<Counters>, now: Sides<Counters>, reading: Cumulative, at: Instant): Trace {
  const whole = wholeOf(reading)
  const restarted = restartOf(before, reading, at)
  if (restarted === 'another') {
    const detail = 'several processes answer in turn: one that began earlier has answered after one that began later'
    return { gained: {}, marks: {}, doubt: { reason: 'in-turn', detail }, hasRestarted: false }
  }
  if (restarted === 'new') return { gained: mapSides(now, totals), marks: {}, hasRestarted: true }
  const instanceOf = (id: string): string | undefined => (reading.instance ? 'one' : reading.instances?.[id])
  const fallen = seriesIn(now).filter(({ side, key, id, value }) => hasFallen(last[side]?.[key]?.[id] ?? 0, value))
  const reset = new Set([...fallen.map(({ id }) => instanceOf(id)), ...(restarted === 'perhaps' ? ['one'] : [])])
  let settled: ReadonlySet<string | undefined> | undefined
  // Asked for at hardly any poll.
  const isSettled = (instance: string | undefined): boolean => (settled ??= settledIn(before, last, whole, instanceOf)).has(instance)
  // Those of one side that came with a life behind them: their errors are as old as their requests.
  const strangers = new Map<string | undefined, Stranger>()
  const marks: Record<string, Origin> = {}
  let doubt: Doubt | undefined
  const followOne = (side: Side, key: string, id: string, value: number, least: number): Followed => {
    const old = last[side]?.[key]?.[id]
    const known = before.marks?.[`${side}/${key}/${id}`]
    // Of one process all counters begin again together, also those that show more than before.
    const instance = instanceOf(id)
    const hasReset = instance !== undefined && reset.has(instance)
    if (key !== whole && !hasReset && (old === undefined || known?.from !== undefined)) {
      const came = strangers.get(instance)
      const stranger = came && followStranger(known, value, came)
      if (stranger) return stranger
      // The first error of a process creates its series, and must count; so must those of before its requests were counted.
      if (value <= least) return { gain: value }
    }
    return hasReset && old !== undefined && !hasFallen(old, value) ? followAgain(known, value) : followSeries(known, old, value)
  }
  const gains = (side: Side, key: string, series: Series, least: number): number => {
    let all = 0
    for (const [id, value] of Object.entries(series)) {
      const followed = followOne(side, key, id, value, least)
      all += followed.gain
      if ('mark' in followed) marks[`${side}/${key}/${id}`] = followed.mark
      if ('doubt' in followed && doubt?.reason !== 'in-turn') doubt = followed.doubt
      // A series of nothing but errors is the first error of a process that was there.
      const came = key === whole && value !== now[side]?.['bad']?.[id] ? strangeness(followed) : undefined
      const instance = instanceOf(id)
      if (came && !isSettled(instance) && strangers.get(instance) !== 'late') strangers.set(instance, came)
    }
    return all
  }
  const gained = mapSides(now, (counters, side) => {
    strangers.clear()
    const { [whole]: series = {}, ...parts } = counters
    const most = gains(side, whole, series, 0)
    return { ...mapValues(parts, (each, key) => gains(side, key, each, most)), ...(whole in counters && { [whole]: most }) }
  })
  return { gained, marks, ...(doubt && { doubt }), hasRestarted: [...reset].some((each) => each !== undefined) }
}

/** Processes whose requests were counted before. Of series that do not say whose they are nobody knows. */
function settledIn(
  { marks }: Counting,
  last: Sides<Counters>,
  whole: string,
  instanceOf: (id: string) => string | undefined,
): ReadonlySet<string | undefined> {
  const counted = seriesIn(last).filter(({ side, key, id }) => key === whole && marks?.[`${side}/${key}/${id}`]?.from === undefined)
  const instances = new Set(counted.map(({ id }) => instanceOf(id)))
  instances.delete(undefined)
  return instances
}

/** Whether another process answers than at the last poll, by when it says that it began. */
function restartOf(
  { began: before, at: last }: Counting,
  { instance }: Cumulative,
  now: Instant,
): 'new' | 'perhaps' | 'another' | undefined {
  const began = instance?.began
  if (before === undefined || began === undefined || Math.abs(began - before) < 1000) return undefined
  if (began < before) return 'another'
  // One that says it began before the last poll may have answered beside the other all the time.
  return began >= (last ?? now) - SKEW ? 'new' : 'perhaps'
}

function wholeOf(reading: Cumulative): string {
  return reading.is === 'ratio' ? 'total' : '+Inf'
}

/** A side without one series was not read: its absence is not zero requests. */
function sidesOf(reading: Cumulative, wanted: readonly Side[]): Sides<Counters> {
  const all = reading.is === 'ratio' ? { bad: reading.bad, total: reading.total } : reading.buckets
  const sides: Sides<Counters> = { all, ...(reading.groups && { on: { ...reading.groups.on }, off: { ...reading.groups.off } }) }
  const isThere = (side: Side): boolean => Object.keys(sides[side]?.[wholeOf(reading)] ?? {}).length > 0
  return Object.fromEntries(wanted.filter(isThere).map((side) => [side, sides[side]]))
}

/** The counters as they are now, and those of series that were not seen this time as they were. */
function mergedSides(before: Sides<Counters>, now: Sides<Counters>): Sides<Counters> {
  return {
    ...before,
    ...mapSides(now, (counters, side) => ({
      ...before[side],
      ...mapValues(counters, (series, key) => ({ ...before[side]?.[key], ...series })),
    })),
  }
}

/** A counter that is not a finite number from 0 up spoils every difference it is part of. */
function brokenIn(sides: Sides<Counters>): string | undefined {
  const found = seriesIn(sides).find(({ value }) => !(value >= 0 && value < Infinity))
  return found && `${found.key} ${found.id} is ${found.value}`
}

function seriesIn(sides: Sides<Counters>) {
  return SIDES.flatMap((side) =>
    Object.entries(sides[side] ?? {}).flatMap(([key, series]) => Object.entries(series).map(([id, value]) => ({ side, key, id, value }))),
  )
}

const SIDES = ['all', 'on', 'off'] as const

function mapSides<From extends object, To>(sides: Sides<From>, make: (counts: From, side: Side) => To): Sides<To> {
  return Object.fromEntries(SIDES.flatMap((side) => (sides[side] ? [[side, make(sides[side], side)]] : [])))
}

function mapValues<From, To>(
  object: { readonly [key: string]: From },
  make: (value: From, key: string) => To,
): { readonly [key: string]: To } {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, make(value, key)]))
}
