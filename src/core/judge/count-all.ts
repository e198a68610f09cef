import type { Ramp } from './comparison.ts'
import { beginCounting, count, type Counted, type Counting, type Side } from './counting.ts'
import { checkAge } from './fresh.ts'
import type { Plan } from '../plan/plan.ts'
import { absent, type Reading } from '../values/reading.ts'
import type { Instant } from '../values/units.ts'

/** Metric → its counters as they were read last. */
export type Countings = { readonly [metric: string]: Counting }

type Readings = { readonly [metric: string]: Reading }

/** Metric → what a poll says of it, once its counters are counted. */
export type CountedReadings = { readonly [metric: string]: Counted }

interface CountedPoll {
  readonly counted: CountedReadings
  readonly counting: Countings | undefined
}

/** Counts one poll of every metric; a reading that is too old counts nothing. */
export function countAll(plan: Plan, ramp: Ramp | undefined, before: Countings | undefined, all: Readings, now: Instant): CountedPoll {
  const found = Object.entries(all).map(([name, reading]) => {
    return [name, count(before?.[name], freshIn(plan, name, reading, now), sidesOf(ramp, name), now)] as const
  })
  const counting = { ...before, ...Object.fromEntries(found.flatMap(([name, each]) => (each.counting ? [[name, each.counting]] : []))) }
  return {
    counted: Object.fromEntries(found.map(([name, { counted }]) => [name, counted])),
    counting: Object.keys(counting).length > 0 ? counting : undefined,
  }
}

/** Returns the counters of every metric as a step is reached. */
export function beginAll(
  plan: Plan,
  ramp: Ramp | undefined,
  before: Countings | undefined,
  all: Readings,
  now: Instant,
): Countings | undefined {
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(all)])]
  const begun = names.map(
    (name) => [name, beginCounting(before?.[name], freshIn(plan, name, all[name], now), sidesOf(ramp, name), now)] as const,
  )
  const some = begun.filter(([, counting]) => Object.keys(counting).length > 0)
  return some.length > 0 ? Object.fromEntries(some) : undefined
}

/** An old sample is none, also to begin with: what came between it and the step would count as the step's. */
function freshIn(plan: Plan, name: string, reading: Reading | undefined, now: Instant): Reading {
  const metric = plan.metrics[name]
  if (!reading) return absent('unreachable', 'it was not read')
  return metric ? checkAge(metric, reading, now) : reading
}

/** Where some have the change it is their requests that count, and those of the others beside them. */
function sidesOf(ramp: Ramp | undefined, name: string): readonly Side[] {
  return ramp?.metrics[name] === undefined ? ['all'] : ['on', 'off']
}
