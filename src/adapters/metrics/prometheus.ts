import { createHash } from 'node:crypto'
import { z } from 'zod'
import { Unreadable, type Measured, type Series } from '../../core/reading.ts'
import type { Loan } from '../../core/ports.ts'
import { access, admit } from '../access.ts'
import { metric } from '../define.ts'
import { request } from '../http.ts'
import { plain } from '../spawn.ts'

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
    ...access,
  })
  .refine(({ ratio, quantile, query }) => [ratio, quantile, query].filter((each) => each !== undefined).length === 1, {
    message: 'needs exactly one of query, ratio or quantile',
  })

type Options = z.infer<typeof options>

const answer = z.object({
  status: z.enum(['success', 'error']),
  error: z.string().optional(),
  data: z
    .discriminatedUnion('resultType', [
      z.object({
        resultType: z.literal('vector'),
        result: z.array(z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) })),
      }),
      z.object({ resultType: z.literal('scalar'), result: z.tuple([z.number(), z.string()]) }),
    ])
    .optional(),
})

interface Instant {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/**
 * Instant queries (prometheus.io/docs/prometheus/latest/querying/api). Counters come as raw series, never
 * as `sum(rate())`: the judge takes the increments series by series, so that a restart of one replica is
 * a reset of one series, and an errors-only query that is empty is zero errors, not a missing number.
 */
export default metric({
  options,
  read: async (given, loan): Promise<Measured> => {
    // One evaluation time for all queries of a reading, in seconds as the API wants it.
    const time = String(loan.clock.now() / 1000)
    if (given.ratio) {
      const [bad, total, at] = await Promise.all([
        ask(given, given.ratio.bad, time, loan),
        ask(given, given.ratio.total, time, loan),
        sampled(given, given.ratio.total, time, loan),
      ])
      return { is: 'ratio', bad: seriesOf(bad), total: seriesOf(total), ...at }
    }
    if (given.quantile) {
      const query = given.quantile.of.replace(/^\s*([a-zA-Z_:][a-zA-Z0-9_:]*)/, '$1_bucket')
      const [found, at] = await Promise.all([ask(given, query, time, loan), sampled(given, query, time, loan)])
      return { is: 'quantile', quantile: given.quantile.q, buckets: bucketsOf(found, query), ...at }
    }
    const query = given.query ?? ''
    const [found, at] = await Promise.all([ask(given, query, time, loan), sampled(given, query, time, loan)])
    const [only, second] = found
    if (!only) throw new Unreadable('empty', 'the query matches no series')
    if (second) throw new Unreadable('several', `the query gives ${found.length} series; one is expected`)
    return { is: 'value', value: only.value, ...at }
  },
})

/** When the newest sample was taken: an instant vector itself only carries the time of the query. */
async function sampled(given: Options, query: string, time: string, loan: Loan): Promise<{ readonly at?: number }> {
  const times = (await ask(given, `max(timestamp(${query}))`, time, loan).catch(() => [])).map(({ value }) => value * 1000)
  const [at] = times
  return at !== undefined && Number.isFinite(at) ? { at } : {}
}

async function ask(given: Options, query: string, time: string, loan: Loan): Promise<readonly Instant[]> {
  const { headers, tls } = admit(given.url, given, loan)
  const url = new URL(`${given.url.replace(/\/+$/, '')}/api/v1/query`)
  url.search = new URLSearchParams({ query, time }).toString()
  const { status, body } = await request(url.href, { headers, tls, block: given.blockLinkLocal, signal: loan.signal, deadline: 10_000 })
  const parsed = answer.safeParse(parseJson(body))
  if (!parsed.success)
    throw status === 200
      ? new Unreadable('malformed', 'the answer is not that of a Prometheus API')
      : new Unreadable('unreachable', `Prometheus answered ${status}`)
  const { error, data } = parsed.data
  if (parsed.data.status === 'error' || !data)
    throw new Unreadable('malformed', `Prometheus says: ${plain(error ?? `status ${status}`).slice(0, 200)}`)
  if (data.resultType === 'scalar') return [{ labels: {}, value: parseValue(data.result[1]) }]
  if (data.result.length > MOST_SERIES)
    throw new Unreadable('too-large', `${data.result.length} series, more than ${MOST_SERIES}: aggregate them with a recording rule`)
  return data.result.map((each) => ({ labels: each.metric, value: parseValue(each.value[1]) }))
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
    buckets[bound] = { ...buckets[bound], [idOf(rest)]: value }
  }
  if (Object.keys(buckets).length === 0) throw new Unreadable('empty', `${query} matches no buckets`)
  if (!buckets['+Inf']) throw new Unreadable('malformed', `${query} has no +Inf bucket`)
  return buckets
}

/** Short and stable: it is kept in the journal for every series. */
function idOf(labels: Readonly<Record<string, string>>): string {
  const sorted = Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return createHash('sha256').update(JSON.stringify(sorted)).digest('base64url').slice(0, 12)
}
