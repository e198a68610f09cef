import { withDeadline } from '../adapters/deadline.ts'
import type { OpenMetric } from '../adapters/open.ts'
import type { Clock, Past } from '../core/ports.ts'
import { totals, type Counters } from '../core/judge/counters.ts'
import { gainedOver } from '../core/judge/gained-over.ts'
import { flowsIn, type Flow } from '../core/forecast/outlook.ts'
import type { Reading } from '../core/values/reading.ts'
import type { Duration } from '../core/values/units.ts'

/** How far back a source that remembers is asked; from one that does not, two readings this far apart. */
const BACK: Duration = 600_000
const APART: Duration = 1000
const STEP: Duration = 60_000
/** Nobody waits longer for an estimate. */
const LONGEST: Duration = 5000

/** Measures the traffic of these metrics as it is now. What cannot be read in a few seconds is left out. */
export async function measureTraffic(
  clock: Clock,
  metrics: readonly OpenMetric[],
  names: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<readonly Flow[]> {
  const wanted = metrics.filter(({ name }) => names.has(name))
  const found = await Promise.all(
    wanted.map(async (metric) => {
      const read = async (both: AbortSignal) => measure(clock, metric, both)
      return withDeadline(clock, LONGEST, signal, read).catch((): readonly Flow[] => [])
    }),
  )
  signal.throwIfAborted()
  return found.flat()
}

async function measure(clock: Clock, metric: OpenMetric, signal: AbortSignal): Promise<readonly Flow[]> {
  const seen: Past[] = []
  const add = (at: number, reading: Reading): void => {
    if (countersOf(reading)) seen.push({ at, reading })
  }
  if (metric.history) {
    const now = clock.now()
    for await (const { at, reading } of metric.history({ from: now - BACK, to: now, step: STEP }, signal)) add(at, reading)
  } else {
    add(clock.now(), await metric.read(signal))
    await clock.sleep(APART, signal)
    add(clock.now(), await metric.read(signal))
  }
  const [first, last] = [seen[0], seen.at(-1)]
  const counters = last && countersOf(last.reading)
  if (!first || !counters || last.at <= first.at) return []
  // The rates are those since the counters began: a second or ten minutes hold too few errors.
  return flowsIn(metric.name, gainedOver(seen), totals(counters), (last.at - first.at) / 1000)
}

function countersOf(reading: Reading): Counters | undefined {
  if (reading.is === 'ratio') return { bad: reading.bad, total: reading.total }
  return reading.is === 'quantile' ? reading.buckets : undefined
}
