import { z } from 'zod'
import type { Loan, Span } from '../../core/ports.ts'
import { Unreadable } from '../../core/values/reading.ts'
import type { Duration } from '../../core/values/units.ts'
import { checkWhole, partial } from './check-whole.ts'
import { askApi, type PrometheusServer } from './api.ts'
import { describeRefusal } from './refused.ts'

/** A cluster of 40 pods, 20 paths and 10 codes has 8,000; beyond this one selects more than a rollout is about. */
const MOST_SERIES = 50_000
/** Seconds: a metric that had no series for longer is not known. */
const KNOWN_FOR = 30 * 86_400
const FEWER = 'select fewer by labels, for example those of one job: {job="shop"}'
/** A query over days takes longer than one for now. */
const LONGEST: Duration = 60_000
/** Bytes of an answer: 50,000 series with Kubernetes' labels, some 400 each. One about many steps that is larger is asked for in parts. */
const LARGEST = 32 * 1024 * 1024

const number = z.tuple([z.number(), z.string()])
const answered = z.object({
  status: z.enum(['success', 'error']),
  error: z.string().optional(),
  ...partial,
  data: z.unknown().optional(),
})
const found = z.discriminatedUnion('resultType', [
  z.object({
    resultType: z.literal('vector'),
    result: z.array(z.object({ metric: z.record(z.string(), z.string()), value: number.optional() })),
  }),
  z.object({ resultType: z.literal('scalar'), result: number }),
  z.object({
    resultType: z.literal('matrix'),
    result: z.array(z.object({ metric: z.record(z.string(), z.string()), values: z.array(number).optional() })),
  }),
  z.object({ resultType: z.literal('string') }),
])
const names = z.array(z.string())
const described = z.record(z.string(), z.unknown())

/** One series at one time. */
export interface InstantSample {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
  /** When the query was evaluated, in seconds on the server's clock. */
  readonly evaluated: number
}

/** Thrown when Prometheus refuses a query, with what it says of it. */
export class Refused extends Unreadable {}

/** Resolves to the series a query gives now, or at `time` (seconds). Throws `Unreadable`; `Refused` when Prometheus does not take the query. */
export async function ask(given: PrometheusServer, query: string, loan: Loan, time?: number): Promise<readonly InstantSample[]> {
  const asked = { query, ...(time !== undefined && { time: String(time) }) }
  const data = await call(given, 'query', asked, loan)
  if (data.resultType === 'matrix' || data.resultType === 'string')
    throw new Unreadable('malformed', `the query gives a ${data.resultType}; a single number is expected`)
  if (data.resultType === 'scalar') return [{ labels: {}, value: parseValue(data.result[1]), evaluated: data.result[0] }]
  if (data.result.length > MOST_SERIES)
    throw new Unreadable('too-large', `${data.result.length} series, more than ${MOST_SERIES}: ${FEWER}`)
  return data.result.map(({ metric: labels, value }) => {
    if (!value) throw new Unreadable('malformed', 'the query gives a native histogram; a number is expected')
    return { labels, value: parseValue(value[1]), evaluated: value[0] }
  })
}

/**
 * Resolves to the series a query gave at every step of a span, at most 11,000 of them (`/api/v1/query_range`): the time in milliseconds →
 * the series there were. At a step without any there is no entry.
 */
export async function askRange(
  given: PrometheusServer,
  query: string,
  { from, to, step }: Span,
  loan: Loan,
): Promise<ReadonlyMap<number, readonly InstantSample[]>> {
  const asked = { query, start: String(from / 1000), end: String(to / 1000), step: String(step / 1000) }
  const data = await call(given, 'query_range', asked, { ...loan, timeout: LONGEST })
  if (data.resultType !== 'matrix')
    throw new Unreadable('malformed', `the query gives a ${data.resultType} over time; a matrix is expected`)
  const times = new Map<number, InstantSample[]>()
  for (const { metric: labels, values } of data.result) {
    if (!values) throw new Unreadable('malformed', 'the query gives a native histogram; a number is expected')
    for (const [evaluated, written] of values) {
      const at = Math.round(evaluated * 1000)
      const found = times.get(at)
      const one = { labels, value: parseValue(written), evaluated }
      if (found) found.push(one)
      else times.set(at, [one])
    }
  }
  return times
}

async function call(given: PrometheusServer, path: string, asked: Readonly<Record<string, string>>, loan: Loan) {
  return answerOf(given, path, new URLSearchParams(asked), found, loan)
}

/** Resolves to the names of the labels that series of a selector have had within 30 days; none where there were no series. */
export async function askLabels(given: PrometheusServer, selector: string, loan: Loan, until: number): Promise<readonly string[]> {
  const labels = await answerOf(given, 'labels', lately(selector, until), names, loan)
  // VictoriaMetrics names __name__ alone also where there is no series at all.
  if (labels.length !== 1 || labels[0] !== '__name__') return labels
  return (await askValues(given, '__name__', selector, loan, until)).length > 0 ? labels : []
}

/** Resolves to the values that a label of a selector's series has had within 30 days. */
export async function askValues(
  given: PrometheusServer,
  label: string,
  selector: string,
  loan: Loan,
  until: number,
): Promise<readonly string[]> {
  return answerOf(given, `label/${labelInPath(label)}/values`, lately(selector, until), names, loan)
}

function lately(selector: string, until: number): URLSearchParams {
  return new URLSearchParams({ 'match[]': selector, start: String(until - KNOWN_FOR), end: String(until) })
}

/** A name with a dot in it is written as Prometheus 3 has it in a path (prometheus.io/docs, querying label values). */
function labelInPath(label: string): string {
  if (/^[a-zA-Z_]\w*$/.test(label)) return label
  const escaped = Array.from(label.replaceAll('_', '__'), (each) => (/\w/.test(each) ? each : `_${each.codePointAt(0)?.toString(16)}_`))
  return `U__${escaped.join('')}`
}

/**
 * Resolves to whether a target that is scraped now describes a metric (`# TYPE`), of which there may be no series yet. A
 * server that does not know the question tells nothing.
 */
export async function askDescribed(given: PrometheusServer, metric: string, loan: Loan): Promise<boolean> {
  // OpenMetrics describes `x_total` as x.
  for (const name of new Set([metric, metric.replace(/_total$/, '')])) {
    const found = await answerOf(given, 'metadata', new URLSearchParams({ metric: name }), described, loan).catch((thrown: unknown) => {
      if (thrown instanceof Unreadable) return {}
      throw thrown
    })
    if (Object.hasOwn(found, name)) return true
  }
  return false
}

async function answerOf<Data>(
  given: PrometheusServer,
  path: string,
  asked: URLSearchParams,
  schema: z.ZodType<Data>,
  loan: Loan,
): Promise<Data> {
  const { status, body } = await askApi(given, `/api/v1/${path}`, asked, loan, LARGEST).catch((thrown: unknown) => {
    if (!(thrown instanceof Unreadable) || thrown.reason !== 'too-large') throw thrown
    throw new Unreadable('too-large', `${thrown.message}: ${FEWER}`, { cause: thrown })
  })
  if (status === 200 && body.trim() === '') throw new Unreadable('empty', 'Prometheus answered with nothing')
  const parsed = answered.safeParse(parseJson(body))
  // A 400 or 422 is about the query (bad_data, execution); any other is about the server, or whoever stands before it.
  if (!parsed.success || ![200, 400, 422].includes(status)) {
    const said = parsed.success ? (parsed.data.error ?? '') : body
    throw status === 200
      ? new Unreadable('malformed', 'the answer is not that of a Prometheus API')
      : new Unreadable('unreachable', describeRefusal('Prometheus', status, said))
  }
  checkWhole(parsed.data)
  const { error, data } = parsed.data
  if (parsed.data.status === 'error' || data === undefined)
    throw new Refused('malformed', `Prometheus says: ${error ?? `status ${status}`}`)
  const read = schema.safeParse(data)
  if (!read.success) throw new Unreadable('malformed', 'the answer is not that of a Prometheus API')
  return read.data
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/

/** Numbers travel as strings: `0.5`, `NaN`, `+Inf`. An empty one is not zero, and neither is `0x0`. */
function parseValue(written: string): number {
  if (written === '+Inf') return Number.POSITIVE_INFINITY
  if (written === '-Inf') return Number.NEGATIVE_INFINITY
  return DECIMAL.test(written) ? Number(written) : Number.NaN
}
