import type { Histogram } from '../evidence/buckets.ts'
import { evolveLedger } from '../evidence/evolve-ledger.ts'
import type { Read } from '../evidence/gap.ts'
import type { Group } from '../evidence/likelihood.ts'
import type { Poll } from '../evidence/poll.ts'
import type { Duration } from '../values/units.ts'
import type { Bin } from './bin.ts'
import { ledgerOf, type Comparison, type Ramp } from './comparison.ts'
import type { Counted } from './counting.ts'

type Readings = { readonly [metric: string]: Counted }

/**
 * Returns the readings that thresholds look at: where some have the change, those of the users who have it. A fault of
 * one in a hundred would drown in the rest.
 */
export function focused(ramp: Ramp | undefined, readings: Readings): Readings {
  if (!ramp) return readings
  return Object.fromEntries(
    Object.entries(readings).map(([name, reading]) => [name, ramp.metrics[name] === undefined ? reading : ofThoseOn(reading)]),
  )
}

function ofThoseOn(reading: Counted): Counted {
  if (reading.is !== 'ratio' && reading.is !== 'quantile') return reading
  const { on } = reading.gained
  return { ...reading, gained: on ? { all: on } : {} }
}

/** Returns the comparison after one more poll, `elapsed` after the last; undefined where there is none to make. */
export function compare(
  ramp: Ramp | undefined,
  before: Comparison | undefined,
  readings: Readings,
  elapsed: Duration,
): Comparison | undefined {
  if (!ramp) return undefined
  const ledger = ledgerOf(ramp, before)
  if (Object.keys(ramp.metrics).every((name) => isEarly(readings[name]))) return { of: ramp.of, ledger }
  return { of: ramp.of, ledger: evolveLedger(ledger, pollOf(ramp, readings, ledger.at + Math.max(1, elapsed)), ramp.policy) }
}

/** Counters need two polls before they say anything, and a step that settles says nothing. */
function isEarly(reading: Counted | undefined): boolean {
  return reading?.is === 'missing' && (reading.reason === 'first-poll' || reading.reason === 'settling')
}

function pollOf({ step, metrics }: Ramp, readings: Readings, at: number): Poll {
  const read = <Counts>(name: string, is: 'ratio' | 'quantile', make: (counts: Bin['counts']) => Counts): Read<Counts> => {
    const reading = readings[name]
    if (reading?.is !== is) return {}
    // A group without one series was not read: its absence is not zero requests.
    const { on, off } = reading.gained
    return { on: on && make(on), off: off && make(off) }
  }
  const of = <Counts>(kind: string, is: 'ratio' | 'quantile', make: (counts: Bin['counts']) => Counts) =>
    Object.fromEntries(Object.entries(metrics).flatMap(([name, each]) => (each === kind ? [[name, read(name, is, make)]] : [])))
  return {
    at,
    step,
    errors: of<Group>('failures', 'ratio', (counts) => ({ total: counts['total'] ?? 0, bad: counts['bad'] ?? 0 })),
    latency: of<Histogram>('latency', 'quantile', (counts) => counts),
  }
}
