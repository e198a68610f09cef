import { createHash } from 'node:crypto'
import { Unreadable, type Measured, type Series } from '../../core/values/reading.ts'
import { bucketsOf, wholeOf } from './buckets.ts'
import { checkGroups, divide } from './groups.ts'
import type { InstantSample } from './promql.ts'
import { isRecorded } from './selector.ts'

interface Groups {
  readonly on?: string | undefined
  readonly off?: string | undefined
}

/** Returns the counters of both sides as a reading. */
export function ratioOf(given: Groups, bad: readonly InstantSample[], total: readonly InstantSample[], at: number): Measured {
  checkGroups(given, total.map(labelsOf))
  const divided = divide(given, labelsOf, (pick) => ({ bad: seriesOf(pick(bad)), total: seriesOf(pick(total)) }))
  return { is: 'ratio', bad: seriesOf(bad), total: seriesOf(total), at, instances: instancesOf([...bad, ...total]), ...divided }
}

/** Returns the buckets that `query` gave as a reading of the quantile. Throws `Unreadable` when they are no histogram. */
export function quantileOf(given: Groups, quantile: number, found: readonly InstantSample[], query: string, at: number): Measured {
  checkGroups(given, found.map(labelsOf))
  const divided = divide(given, labelsOf, (pick) => bucketsOf(pick(found), query, boundless))
  return {
    is: 'quantile',
    quantile,
    buckets: wholeOf(bucketsOf(found, query, boundless), query),
    at,
    instances: instancesOf(found),
    ...divided,
  }
}

/** Returns the one series that a query has to give. Throws `Unreadable` for none and for several. */
export function onlyOf(found: readonly InstantSample[]): InstantSample {
  const [only, second] = found
  if (!only) throw new Unreadable('empty', 'the query matches no series')
  if (second) throw new Unreadable('several', `the query gives ${found.length} series; one is expected`)
  return only
}

function seriesOf(found: readonly InstantSample[]): Series {
  const recorded = found.find(({ labels }) => isRecorded(labels['__name__']))
  if (recorded)
    throw new Unreadable('malformed', `${recorded.labels['__name__']} is what a recording rule makes of counters, and no counter`)
  const series = new Map(found.map(({ labels, value }) => [idOf(labels), value]))
  if (series.size < found.length) throw new Unreadable('malformed', 'the answer has the same series twice')
  return Object.fromEntries(series)
}

function boundless({ labels }: InstantSample): string {
  return idOf(withoutBound(labels))
}

/** The buckets of a histogram are one series to the judge. */
function withoutBound(labels: InstantSample['labels']): InstantSample['labels'] {
  const { le, ...rest } = labels
  return le === undefined ? labels : rest
}

/** By these Prometheus and its relabelling tell the processes apart that it scrapes. */
const PROCESS = ['job', 'instance', 'pod', 'container'] as const

/** Series id → the process that counts it, as far as its labels say. */
function instancesOf(found: readonly InstantSample[]): { readonly [id: string]: string } {
  return Object.fromEntries(
    found.flatMap(({ labels }) => {
      const instance = PROCESS.map((name) => labels[name] ?? '')
      return instance.some((each) => each !== '') ? [[idOf(withoutBound(labels)), instance.join(' ')]] : []
    }),
  )
}

/** Returns the labels of a series. */
export function labelsOf({ labels }: InstantSample): InstantSample['labels'] {
  return labels
}

/** Short and stable: it is kept in the journal for every series. */
function idOf(labels: Readonly<Record<string, string>>): string {
  const known = ids.get(labels)
  if (known !== undefined) return known
  const sorted = Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1))
  const id = createHash('sha256').update(JSON.stringify(sorted)).digest('base64url').slice(0, 12)
  ids.set(labels, id)
  return id
}

/** A series over time has the same labels thousands of times. */
const ids = new WeakMap<InstantSample['labels'], string>()
