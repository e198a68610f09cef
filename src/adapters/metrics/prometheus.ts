import { z } from 'zod'
import { Unreadable, type Measured, type Reading } from '../../core/values/reading.ts'
import type { Loan, Past, Span } from '../../core/ports.ts'
import { LAST_EVALUATION } from '../../core/toggle/last-evaluation.ts'
import { access, serverOf } from '../http/access.ts'
import { metric } from '../define.ts'
import { adviseQuery } from '../measure/advise-query.ts'
import { readBuckets, readSide, sideOr } from '../measure/counter-side.ts'
import { newestOf, sampleTime } from '../measure/freshness.ts'
import { groups, isDivided, isWhole, measuresOf } from '../measure/groups.ts'
import { checkKnown, unseen } from '../measure/known.ts'
import { firstAnsweredIn, lastAnsweredIn } from '../measure/last-answered.ts'
import { parsePromql } from '../measure/parse-promql.ts'
import { ask, askRange, type InstantSample } from '../measure/promql.ts'
import { rangeIn } from '../measure/range.ts'
import { strayIn } from '../measure/selector.ts'
import { labelsOf, onlyOf, quantileOf, ratioOf } from '../measure/tally.ts'

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
      .describe('Selectors of two counters, without rate() or sum(): an empty bad side is zero errors where there could be some'),
    quantile: z
      .strictObject({ of: z.string().min(1), q: z.number().gt(0).lt(1) })
      .optional()
      .describe('The selector of a histogram without its _bucket, and which quantile, 0–1'),
    sampledAt: promql
      .optional()
      .describe('PromQL for when the sample was taken, in seconds: a Pushgateway shows old ones for ever (push_time_seconds{job="shop"})'),
    unseen,
    ...groups,
    ...access,
  })
  .refine(isWhole, { message: 'on: and off: go together' })
  .refine(isDivided, { message: 'on: and off: select the same, and a group is not compared with itself' })
  .refine(({ on, query }) => on === undefined || query === undefined, { message: 'on: and off: divide a ratio or a quantile, not a query' })
  .refine(({ ratio, quantile, query }) => [ratio, quantile, query].filter((each) => each !== undefined).length === 1, {
    message: 'needs exactly one of query, ratio or quantile',
  })

type Options = z.infer<typeof options>

/** Processes that have ended count as well, for as long as most servers remember at all. A job that has a process now counts now. */
const REMEMBERED = `${LAST_EVALUATION}[90d]`
const ANSWERS = {
  last: `max by (toggle, answer) (max_over_time(${REMEMBERED}))`,
  first: `min by (toggle) (min_over_time(${REMEMBERED}))`,
  now: `count by (toggle) (max_over_time(${REMEMBERED}) and on (job) ${LAST_EVALUATION})`,
}

/**
 * Instant queries (prometheus.io/docs/prometheus/latest/querying/api). Counters come as raw series, never
 * as `sum(rate())`: the judge takes the increments series by series, so that a restart of one replica is
 * a reset of one series, and an errors-only query that is empty is zero errors, not a missing number.
 * The age of a reading is that of its newest sample, by `timestamp()`, on the server's clock: were ours sent along,
 * a clock that is an hour slow would be shown the data of an hour ago as if it were new.
 */
export default metric({
  options,
  read: async (given, loan): Promise<Measured> => {
    const { ratio, quantile, query = '' } = given
    if (ratio) {
      const sides = { bad: sideOr(readSide(ratio.bad)).text, total: sideOr(readSide(ratio.total)).text }
      // The total first: it brings the one evaluation time that the counters of a reading must share.
      const [first] = await ask(given, newestOf(sides.total), loan)
      if (!first) throw new Unreadable('empty', 'the query for the total matches no series')
      const [bad, total, [badAt]] = await Promise.all([
        ask(given, sides.bad, loan, first.evaluated),
        ask(given, sides.total, loan, first.evaluated),
        ask(given, newestOf(sides.bad), loan, first.evaluated),
      ])
      if (bad.length === 0) await checkKnown(given, sides.bad, total.map(labelsOf), loan, first.evaluated)
      // As old as the older of the two: a side that nobody updates any more says nothing about now.
      const at = await sampledAt(given, Math.min(first.value, badAt?.value ?? first.value), loan)
      return ratioOf(given, bad, total, at)
    }
    if (quantile) {
      const buckets = sideOr(readBuckets(quantile.of)).text
      const [first] = await ask(given, newestOf(buckets), loan)
      if (!first) throw new Unreadable('empty', `${buckets} matches no series`)
      const found = await ask(given, buckets, loan, first.evaluated)
      const at = await sampledAt(given, first.value, loan)
      return quantileOf(given, quantile.q, found, buckets, at)
    }
    const { value, evaluated } = onlyOf(await ask(given, query, loan))
    const at =
      given.sampledAt === undefined ? (await sampleTime(given, query, loan, evaluated)) * 1000 : await sampledAt(given, evaluated, loan)
    return { is: 'value', value, at }
  },
  measures: measuresOf,
  looksBack: ({ query = '' }) => rangeIn(query),
  history,
  check: ({ ratio, quantile, query, sampledAt: time }) => {
    const sides = {
      ...(ratio && { bad: readSide(ratio.bad), total: readSide(ratio.total) }),
      ...(quantile && { of: readBuckets(quantile.of) }),
    }
    const faults = Object.entries(sides).flatMap(([key, side]) =>
      'message' in side ? [{ path: [ratio ? 'ratio' : 'quantile', key], ...side }] : [],
    )
    const { bad, total } = sides
    const stray = bad && total && !('message' in bad) && !('message' in total) && strayIn(bad.matchers, total.matchers)
    if (stray) faults.push({ path: ['ratio', 'bad'], ...stray })
    const { fault } = parsePromql(query ?? 'up')
    if (fault === undefined || time !== undefined) return faults
    const message = `is not PromQL at ${fault}, and how old its number is cannot be told`
    return [{ path: ['query'], message, hint: 'where the server knows more than PromQL: sampledAt: says when the sample was taken' }]
  },
  asks: serverOf,
  lastAnswered: async (given, loan) => {
    const [last = [], first = [], now = []] = await Promise.all(Object.values(ANSWERS).map(async (query) => ask(given, query, loan)))
    const current = new Set(now.map(({ labels }) => labels['toggle']))
    return lastAnsweredIn(last, { since: firstAnsweredIn(first), isCurrent: (toggle) => current.has(toggle) })
  },
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
  const sides = ratio && { total: sideOr(readSide(ratio.total)).text, bad: sideOr(readSide(ratio.bad)).text }
  const queries = sides ? [sides.total, sides.bad] : [quantile ? sideOr(readBuckets(quantile.of)).text : query]
  const [found = new Map(), bad] = await Promise.all(queries.map(async (each) => askRange(given, each, span, loan)))
  const unknown = sides && found.size > 0 && bad?.size === 0 ? await whyUnknown(given, sides.bad, found, span, loan) : undefined
  const count = Math.floor((span.to - span.from) / span.step) + 1
  return Array.from({ length: count }, (_, nth) => {
    const at = Math.round(span.from + nth * span.step)
    return { at, reading: unknown ?? readingOf(() => measure(given, found.get(at) ?? [], bad?.get(at) ?? [], at)) }
  })
}

/** Resolves to why there is no reading, where the bad side had no series at any time and could not have had one. */
async function whyUnknown(
  given: Options,
  bad: string,
  found: ReadonlyMap<number, readonly InstantSample[]>,
  span: Span,
  loan: Loan,
): Promise<Reading | undefined> {
  const others = [...found.values()].at(-1)?.map(labelsOf) ?? []
  return checkKnown(given, bad, others, loan, span.to / 1000).then(() => undefined, missingBy)
}

function measure(given: Options, found: readonly InstantSample[], bad: readonly InstantSample[], at: number): Measured {
  if (given.quantile) return quantileOf(given, given.quantile.q, found, sideOr(readBuckets(given.quantile.of)).text, at)
  if (!given.ratio) return { is: 'value', value: onlyOf(found).value, at }
  if (found.length === 0) throw new Unreadable('empty', 'the query for the total matches no series')
  return ratioOf(given, bad, found, at)
}

function readingOf(make: () => Measured): Reading {
  try {
    return make()
  } catch (thrown) {
    return missingBy(thrown)
  }
}

function missingBy(thrown: unknown): Reading {
  if (!(thrown instanceof Unreadable)) throw thrown
  return { is: 'missing', reason: thrown.reason, detail: thrown.message }
}

/** Milliseconds; the plan's own query for it comes first. */
async function sampledAt(given: Options, seconds: number, loan: Loan): Promise<number> {
  if (given.sampledAt === undefined) return seconds * 1000
  const [only, second] = await ask(given, given.sampledAt, loan)
  if (!only || second) throw new Unreadable(only ? 'several' : 'empty', 'sampledAt must give exactly one series')
  return only.value * 1000
}
