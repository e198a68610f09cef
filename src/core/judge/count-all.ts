import type { Ramp } from './comparison.ts'
import { beginCounting, count, type Counted, type Counting, type Side } from './counting.ts'
import { checkAge } from './fresh.ts'
import type { Plan } from '../plan/plan.ts'
import type { Reading } from '../values/reading.ts'
import type { Instant } from '../values/units.ts'

/** Metric → its counters as they were read last. */
export type Countings = { readonly [metric: string]: Counting }

type Readings = { readonly [metric: string]: Reading }

interface CountedPoll {
  readonly counted: { readonly [metric: string]: Counted }
  readonly counting: Countings | undefined
}

/** Counts one poll of every metric; a reading that is too old counts nothing. */
export function countAll(plan: Plan, ramp: Ramp | undefined, before: Countings | undefined, all: Readings, now: Instant): CountedPoll {
  const found = Object.entries(all).map(([name, reading]) => {
    const metric = plan.metrics[name]
    return [name, count(before?.[name], metric ? checkAge(metric, reading, now) : reading, sidesOf(ramp, name), now)] as const
  })
  const counting = { ...before, ...Object.fromEntries(found.flatMap(([name, each]) => (each.counting ? [[name, each.counting]] : []))) }
  return {
    counted: Object.fromEntries(found.map(([name, { counted }]) => [name, counted])),
    counting: Object.keys(counting).length > 0 ? counting : undefined,
  }
}

/** Returns the counters of every metric as a step is reached. */
export function beginAll(ramp: Ramp | undefined, before: Countings | undefined, all: Readings, now: Instant): Countings | undefined {
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(all)])]
  const begun = names.map((name) => [name, beginCounting(before?.[name], all[name], sidesOf(ramp, name), now)] as const)
  const some = begun.filter(([, counting]) => Object.keys(counting).length > 0)
  return some.length > 0 ? Object.fromEntries(some) : undefined
}

/** Where some have the change it is their requests that count, and those of the others beside them. */
function sidesOf(ramp: Ramp | undefined, name: string): readonly Side[] {
  return ramp?.metrics[name] === undefined ? ['all'] : ['on', 'off']
}
