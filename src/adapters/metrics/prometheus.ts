import { createHash } from 'node:crypto'
import { z } from 'zod'
import { Unreadable, type Measured, type Series } from '../../core/reading.ts'
import type { Loan } from '../../core/ports.ts'
import { access, admit } from '../access.ts'
import { metric } from '../define.ts'
import { divide, groups, isWhole } from '../groups.ts'
import { request } from '../http.ts'

/** More series than this belong into a recording rule. */
const MOST_SERIES = 2000

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

const number = z.tuple([z.number(), z.string()])
const answer = z.object({
  status: z.enum(['success', 'error']),
  error: z.string().optional(),
  data: z
    .discriminatedUnion('resultType', [
      z.object({
        resultType: z.literal('vector'),
        result: z.array(z.object({ metric: z.record(z.string(), z.string()), value: number.optional() })),
      }),
      z.object({ resultType: z.literal('scalar'), result: number }),
      z.object({ resultType: z.literal('matrix') }),
      z.object({ resultType: z.literal('string') }),
    ])
    .optional(),
})

interface Instant {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
  /** When the query was evaluated, in seconds on the server's clock. */
  readonly evaluated: number
}

/** What Prometheus says of a query it cannot answer. */
class Refused extends Unreadable {}

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
      const divided = divide(given, labelsOf, (pick) => ({ bad: seriesOf(pick(bad)), total: seriesOf(pick(total)) }))
      return { is: 'ratio', bad: seriesOf(bad), total: seriesOf(total), at, ...divided }
    }
    if (quantile) {
      const buckets = quantile.of.replace(/^\s*([a-zA-Z_:][a-zA-Z0-9_:]*)/, '$1_bucket')
      const [first] = await ask(given, newestOf(buckets), loan)
      if (!first) throw new Unreadable('empty', `${buckets} matches no series`)
      const found = await ask(given, buckets, loan, first.evaluated)
      const at = await sampledAt(given, first.value, loan)
      const divided = divide(given, labelsOf, (pick) => bucketsOf(pick(found), buckets))
      return { is: 'quantile', quantile: quantile.q, buckets: wholeOf(bucketsOf(found, buckets), buckets), at, ...divided }
    }
    const [found, [newest]] = await Promise.all([ask(given, query, loan), ask(given, newestOf(query), loan).catch(scalarHasNone)])
    const [only, second] = found
    if (!only) throw new Unreadable('empty', 'the query matches no series')
    if (second) throw new Unreadable('several', `the query gives ${found.length} series; one is expected`)
    return { is: 'value', value: only.value, at: await sampledAt(given, newest?.value ?? only.evaluated, loan) }
  },
})

function newestOf(query: string): string {
  return `max(timestamp(${query}))`
}

/** `timestamp()` does not take a scalar; what is wrong with the query itself, the query itself will say. */
function scalarHasNone(thrown: unknown): readonly Instant[] {
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

async function ask(given: Options, query: string, loan: Loan, time?: number): Promise<readonly Instant[]> {
  const { headers, tls } = admit(given.url, given, loan)
  const url = new URL(`${given.url.replace(/\/+$/, '')}/api/v1/query`)
  url.search = new URLSearchParams({ query, ...(time !== undefined && { time: String(time) }) }).toString()
  const deadline = loan.timeout ?? 10_000
  const { status, body } = await request(url.href, { headers, tls, block: given.blockLinkLocal, signal: loan.signal, deadline })
  if (status === 200 && body.trim() === '') throw new Unreadable('empty', 'Prometheus answered with nothing')
  const parsed = answer.safeParse(parseJson(body))
  // A 400 or 422 is about the query (bad_data, execution); any other is about the server, or whoever stands before it.
  if (!parsed.success || ![200, 400, 422].includes(status)) {
    const said = parsed.success && parsed.data.error !== undefined ? `: ${parsed.data.error}` : ''
    throw status === 200
      ? new Unreadable('malformed', 'the answer is not that of a Prometheus API')
      : new Unreadable('unreachable', `Prometheus answered ${status}${said}`)
  }
  const { error, data } = parsed.data
  if (parsed.data.status === 'error' || !data) throw new Refused('malformed', `Prometheus says: ${error ?? `status ${status}`}`)
  if (data.resultType === 'matrix' || data.resultType === 'string')
    throw new Unreadable('malformed', `the query gives a ${data.resultType}; a single number is expected`)
  if (data.resultType === 'scalar') return [{ labels: {}, value: parseValue(data.result[1]), evaluated: data.result[0] }]
  if (data.result.length > MOST_SERIES)
    throw new Unreadable('too-large', `${data.result.length} series, more than ${MOST_SERIES}: aggregate them with a recording rule`)
  return data.result.map(({ metric: labels, value }) => {
    if (!value) throw new Unreadable('malformed', 'the query gives a native histogram; a number is expected')
    return { labels, value: parseValue(value[1]), evaluated: value[0] }
  })
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

/** Numbers travel as strings: `0.5`, `NaN`, `+Inf`. An empty one is not zero. */
function parseValue(written: string): number {
  if (written === '+Inf') return Number.POSITIVE_INFINITY
  if (written === '-Inf') return Number.NEGATIVE_INFINITY
  return written.trim() === '' ? Number.NaN : Number(written)
}

function seriesOf(found: readonly Instant[]): Series {
  return Object.fromEntries(found.map(({ labels, value }) => [idOf(labels), value]))
}

function bucketsOf(found: readonly Instant[], query: string): { readonly [le: string]: Series } {
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

function labelsOf({ labels }: Instant): Instant['labels'] {
  return labels
}

/** Short and stable: it is kept in the journal for every series. */
function idOf(labels: Readonly<Record<string, string>>): string {
  const sorted = Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return createHash('sha256').update(JSON.stringify(sorted)).digest('base64url').slice(0, 12)
}
