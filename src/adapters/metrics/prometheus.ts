import { createHash } from 'node:crypto'
import { z } from 'zod'
import { Unreadable, type Measured, type Reading, type Series } from '../../core/values/reading.ts'
import type { Loan, Past, Span } from '../../core/ports.ts'
import { access, serverOf } from '../http/access.ts'
import { metric } from '../define.ts'
import { adviseQuery } from '../measure/advise-query.ts'
import { divide, groups, isWhole, measuresOf } from '../measure/groups.ts'
import { ask, askRange, Refused, type InstantSample } from '../measure/promql.ts'
import { rangeIn } from '../measure/range.ts'

/** Prometheus answers about no more steps at once (`exceeded maximum resolution of 11,000 points per timeseries`). */
const MOST_STEPS = 11_000

const promql = z.string().min(1)

const options = z
  .strictObject({
    url: z.url().describe('Base URL of the Prometheus server (or anything with its HTTP API)'),
    query: promql.optional().describe('PromQL with exactly one series, or a scalar'),
    ratio: z
      .strictObject({ bad: promql, total: promql })
      .optional()
      .describe('Two counters without rate() or sum(): both sides are queried, an empty bad side is zero errors'),
    quantile: z
      .strictObject({ of: z.string().min(1), q: z.number().gt(0).lt(1) })
      .optional()
      .describe('A histogram without its _bucket, and which quantile, 0–1'),
    sampledAt: promql
      .optional()
      .describe('PromQL for when the sample was taken, in seconds: a Pushgateway shows old ones for ever (push_time_seconds{job="shop"})'),
    ...groups,
    ...access,
  })
  .refine(isWhole, { message: 'on: and off: go together' })
  .refine(({ on, query }) => on === undefined || query === undefined, { message: 'on: and off: divide a ratio or a quantile, not a query' })
  .refine(({ ratio, quantile, query }) => [ratio, quantile, query].filter((each) => each !== undefined).length === 1, {
    message: 'needs exactly one of query, ratio or quantile',
  })

type Options = z.infer<typeof options>

/**
 * Instant queries (prometheus.io/docs/prometheus/latest/querying/api). Counters come as raw series, never
 * as `sum(rate())`: the judge takes the increments series by series, so that a restart of one replica is
 * a reset of one series, and an errors-only query that is empty is zero errors, not a missing number.
 * The age of a reading is that of its newest sample, by `timestamp()`, on the server's clock: were ours sent along,
 * a clock that is an hour slow would be shown the data of an hour ago as if it were new. The result of a function
 * has no sample, and is as new as the query; Prometheus itself forgets series after five minutes.
 */
export default metric({
  options,
  read: async (given, loan): Promise<Measured> => {
    const { ratio, quantile, query = '' } = given
    if (ratio) {
      // The total first: it brings the one evaluation time that the counters of a reading must share.
      const [first] = await ask(given, newestOf(ratio.total), loan)
      if (!first) throw new Unreadable('empty', 'the query for the total matches no series')
      const [bad, total, [badAt]] = await Promise.all([
        ask(given, ratio.bad, loan, first.evaluated),
        ask(given, ratio.total, loan, first.evaluated),
        ask(given, newestOf(ratio.bad), loan, first.evaluated),
      ])
      // As old as the older of the two: a side that nobody updates any more says nothing about now.
      const at = await sampledAt(given, Math.min(first.value, badAt?.value ?? first.value), loan)
      return ratioOf(given, bad, total, at)
    }
    if (quantile) {
      const buckets = bucketQuery(quantile.of)
      const [first] = await ask(given, newestOf(buckets), loan)
      if (!first) throw new Unreadable('empty', `${buckets} matches no series`)
      const found = await ask(given, buckets, loan, first.evaluated)
      const at = await sampledAt(given, first.value, loan)
      return quantileOf(given, quantile, found, at)
    }
    const [found, [newest]] = await Promise.all([ask(given, query, loan), ask(given, newestOf(query), loan).catch(scalarHasNone)])
    const only = onlyOf(found)
    return { is: 'value', value: only.value, at: await sampledAt(given, newest?.value ?? only.evaluated, loan) }
  },
  measures: measuresOf,
  looksBack: ({ query = '' }) => rangeIn(query),
  history,
  asks: serverOf,
  advise: ({ query = '' }) => {
    const advice = adviseQuery(query)
    if (advice === undefined) return []
    const text = 'the query is empty, not zero, while there is nothing to divide'
    return [{ level: 'warning', text, hint: `ratio: { bad, total } reads both sides; or ${advice}` }]
  },
})

/**
 * The same queries over time. A sample is as old as its step: Prometheus forgets it after five minutes, and `maxAge`
 * and `sampledAt`, which are about now, say nothing of the past.
 */
async function* history(given: Options, span: Span, loan: Loan): AsyncGenerator<Past> {
  let most = MOST_STEPS
  for (let from = span.from; from <= span.to;) {
    const to = Math.min(span.to, from + (most - 1) * span.step)
    try {
      yield* await part(given, { ...span, from, to }, loan)
    } catch (thrown) {
      if (!(thrown instanceof Unreadable) || thrown.reason !== 'too-large' || most === 1) throw thrown
      most = Math.ceil(most / 4)
      continue
    }
    from += (Math.floor((to - from) / span.step) + 1) * span.step
  }
}

async function part(given: Options, span: Span, loan: Loan): Promise<readonly Past[]> {
  const { ratio, quantile, query = '' } = given
  const queries = ratio ? [ratio.total, ratio.bad] : [quantile ? bucketQuery(quantile.of) : query]
  const [found, bad] = await Promise.all(queries.map(async (each) => askRange(given, each, span, loan)))
  const count = Math.floor((span.to - span.from) / span.step) + 1
  return Array.from({ length: count }, (_, nth) => {
    const at = Math.round(span.from + nth * span.step)
    const now = found?.get(at) ?? []
    return { at, reading: readingOf(() => measure(given, now, bad?.get(at) ?? [], at)) }
  })
}

function measure(given: Options, found: readonly InstantSample[], bad: readonly InstantSample[], at: number): Measured {
  if (given.quantile) return quantileOf(given, given.quantile, found, at)
  if (!given.ratio) return { is: 'value', value: onlyOf(found).value, at }
  if (found.length === 0) throw new Unreadable('empty', 'the query for the total matches no series')
  return ratioOf(given, bad, found, at)
}

function readingOf(make: () => Measured): Reading {
  try {
    return make()
  } catch (thrown) {
    if (!(thrown instanceof Unreadable)) throw thrown
    return { is: 'missing', reason: thrown.reason, detail: thrown.message }
  }
}

function ratioOf(given: Options, bad: readonly InstantSample[], total: readonly InstantSample[], at: number): Measured {
  const divided = divide(given, labelsOf, (pick) => ({ bad: seriesOf(pick(bad)), total: seriesOf(pick(total)) }))
  return { is: 'ratio', bad: seriesOf(bad), total: seriesOf(total), at, ...divided }
}

function quantileOf(given: Options, { of, q }: NonNullable<Options['quantile']>, found: readonly InstantSample[], at: number): Measured {
  const query = bucketQuery(of)
  const divided = divide(given, labelsOf, (pick) => bucketsOf(pick(found), query))
  return { is: 'quantile', quantile: q, buckets: wholeOf(bucketsOf(found, query), query), at, ...divided }
}

function onlyOf(found: readonly InstantSample[]): InstantSample {
  const [only, second] = found
  if (!only) throw new Unreadable('empty', 'the query matches no series')
  if (second) throw new Unreadable('several', `the query gives ${found.length} series; one is expected`)
  return only
}

function bucketQuery(of: string): string {
  return of.replace(/^\s*([a-zA-Z_:][a-zA-Z0-9_:]*)/, '$1_bucket')
}

function newestOf(query: string): string {
  return `max(timestamp(${query}))`
}

/** `timestamp()` does not take a scalar; what is wrong with the query itself, the query itself will say. */
function scalarHasNone(thrown: unknown): readonly InstantSample[] {
  if (thrown instanceof Refused) return []
  throw thrown
}

/** Milliseconds; the plan's own query for it comes first. */
async function sampledAt(given: Options, seconds: number, loan: Loan): Promise<number> {
  if (given.sampledAt === undefined) return seconds * 1000
  const [only, second] = await ask(given, given.sampledAt, loan)
  if (!only || second) throw new Unreadable(only ? 'several' : 'empty', 'sampledAt must give exactly one series')
  return only.value * 1000
}

function seriesOf(found: readonly InstantSample[]): Series {
  return Object.fromEntries(found.map(({ labels, value }) => [idOf(labels), value]))
}

function bucketsOf(found: readonly InstantSample[], query: string): { readonly [le: string]: Series } {
  const buckets: Record<string, Record<string, number>> = {}
  for (const { labels, value } of found) {
    const { le, ...rest } = labels
    if (le === undefined) continue
    const bound = le === '+Inf' ? le : String(Number(le))
    if (le.trim() === '' || bound === 'NaN') throw new Unreadable('malformed', `${query} has a bucket up to ${le}`)
    const bucket = (buckets[bound] ??= {})
    bucket[idOf(rest)] = value
  }
  return buckets
}

function wholeOf(buckets: { readonly [le: string]: Series }, query: string): { readonly [le: string]: Series } {
  if (Object.keys(buckets).length === 0) throw new Unreadable('empty', `${query} matches no buckets`)
  if (!buckets['+Inf']) throw new Unreadable('malformed', `${query} has no +Inf bucket`)
  return buckets
}

function labelsOf({ labels }: InstantSample): InstantSample['labels'] {
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
