import { randomUUID } from 'node:crypto'
import type { Family, FamilyPoint } from './families.ts'
import type { Meter } from './meter.ts'
import { openProblems } from './problems.ts'

export interface OtlpOptions {
  readonly meter: Meter
  /** Where metrics are taken; `OTEL_EXPORTER_OTLP_METRICS_ENDPOINT`, or `OTEL_EXPORTER_OTLP_ENDPOINT` with /v1/metrics, unless told. */
  readonly url?: string
  /** `OTEL_EXPORTER_OTLP_HEADERS` unless told. */
  readonly headers?: Readonly<Record<string, string>>
  /** About the application: `service.name` and so on. They win over `OTEL_RESOURCE_ATTRIBUTES` and `OTEL_SERVICE_NAME`. */
  readonly resource?: Readonly<Record<string, string>>
  /** Milliseconds between two pushes, at least 1000; 15,000 unless told. */
  readonly every?: number
  /** Told once of what went wrong, until it is over; a process warning unless told. */
  readonly onProblem?: (message: string) => void
  /** Where the variables are; `process.env` unless told. */
  readonly env?: Readonly<Record<string, string | undefined>>
}

/** Pushes that go on until they are closed. */
export interface OtlpPush {
  /** Pushes now; whether everything was taken. Never rejects. */
  push(): Promise<boolean>
  /** Pushes a last time and ends. Never rejects. */
  close(): Promise<void>
}

const EVERY = 15_000
const SHORTEST = 1000
const DEADLINE = 10_000
const LARGEST = 10_000
/** AGGREGATION_TEMPORALITY_CUMULATIVE: enums are numbers in OTLP's JSON. */
const CUMULATIVE = 2

/**
 * Pushes what a meter counts by OTLP over HTTP, as JSON (opentelemetry.io/docs/specs/otlp). No push ever breaks the
 * application; throws at once where `every` is no time.
 */
export function startOtlp(options: OtlpOptions): OtlpPush {
  const { meter, env = process.env, every = EVERY, onProblem = warn } = options
  if (!(every > 0)) throw new TypeError(`every: has to be milliseconds above 0, and is ${every}`)
  const url = options.url ?? addressIn(env)
  const headers = { ...(options.headers ?? pairsIn(env['OTEL_EXPORTER_OTLP_METRICS_HEADERS'] ?? env['OTEL_EXPORTER_OTLP_HEADERS'])) }
  const resource = resourceOf(env, options.resource ?? {})
  const problems = openProblems(onProblem)
  let timer: NodeJS.Timeout | undefined
  let isClosed = false

  const push = async (): Promise<boolean> => {
    const said = await send(url, headers, JSON.stringify(toOtlp(meter.read(), resource))).catch(
      (thrown: unknown) => `no answer: ${causeOf(thrown)}`,
    )
    if (said === undefined) problems.isOver(url)
    else problems.tell(url, `the metrics of the toggles are not taken by ${url}: ${said}`)
    return said === undefined
  }
  const again = (): void => {
    if (isClosed) return
    timer = setTimeout(() => void push().then(again), Math.max(SHORTEST, every))
    timer.unref()
  }
  again()
  return {
    push,
    close: async () => {
      isClosed = true
      clearTimeout(timer)
      await push()
    },
  }
}

/** Returns an ExportMetricsServiceRequest. 64-bit integers are texts in JSON, as Protobuf's mapping says. */
export function toOtlp(families: readonly Family[], resource: Readonly<Record<string, string>>): object {
  const time = nanoseconds(Date.now())
  const start = nanoseconds(Math.min(performance.timeOrigin, Date.now()))
  const metrics = families
    .filter(({ points }) => points.length > 0)
    .map(({ otelName, unit, help, type, points }) => {
      const about = { name: otelName, description: help, unit }
      const dataPoints = points.map((point) => ({ ...dataPoint(point), startTimeUnixNano: start, timeUnixNano: time }))
      if (type === 'gauge') return { ...about, gauge: { dataPoints } }
      if (type === 'histogram') return { ...about, histogram: { aggregationTemporality: CUMULATIVE, dataPoints } }
      return { ...about, sum: { aggregationTemporality: CUMULATIVE, isMonotonic: true, dataPoints } }
    })
  const scopeMetrics = [{ scope: { name: 'rollout' }, metrics }]
  return { resourceMetrics: [{ resource: { attributes: attributesOf(resource) }, scopeMetrics }] }
}

function dataPoint({ labels, value, bounds, counts }: FamilyPoint): object {
  const attributes = attributesOf(labels)
  if (!bounds || !counts) return Number.isInteger(value) ? { attributes, asInt: String(value) } : { attributes, asDouble: value }
  const count = String(counts.reduce((sum, each) => sum + each, 0))
  return { attributes, count, sum: value, bucketCounts: counts.map(String), explicitBounds: bounds }
}

function attributesOf(pairs: Readonly<Record<string, string>>): readonly object[] {
  return Object.entries(pairs).map(([key, stringValue]) => ({ key, value: { stringValue } }))
}

function nanoseconds(at: number): string {
  return String(BigInt(Math.round(at)) * 1_000_000n)
}

/** Resolves to what is wrong; to undefined where everything was taken. */
async function send(url: string, headers: Readonly<Record<string, string>>, body: string): Promise<string | undefined> {
  const stop = new AbortController()
  const timer = setTimeout(() => stop.abort(new Error(`within ${DEADLINE / 1000}s`)), DEADLINE)
  timer.unref()
  try {
    const sent = { ...headers, 'content-type': 'application/json' }
    const response = await fetch(url, { method: 'POST', headers: sent, body, redirect: 'error', signal: stop.signal })
    const text = (await response.text()).slice(0, LARGEST)
    return response.ok ? rejectedIn(text) : `it answered ${response.status} ${text.replaceAll(/\s+/g, ' ').slice(0, 200)}`.trim()
  } finally {
    clearTimeout(timer)
  }
}

/** A receiver that takes a part of it says so, and with status 200. */
function rejectedIn(text: string): string | undefined {
  const found = /"rejectedDataPoints"\s*:\s*"?([1-9]\d*)"?/.exec(text)
  if (!found) return undefined
  const [, why = 'it does not say why'] = /"errorMessage"\s*:\s*"((?:[^"\\]|\\.)*)"/.exec(text) ?? []
  return `it rejected ${found[1]} points: ${why}`
}

function addressIn(env: NonNullable<OtlpOptions['env']>): string {
  const own = env['OTEL_EXPORTER_OTLP_METRICS_ENDPOINT']
  if (own !== undefined && own !== '') return own
  const all = env['OTEL_EXPORTER_OTLP_ENDPOINT']
  return `${(all === undefined || all === '' ? 'http://localhost:4318' : all).replace(/\/+$/, '')}/v1/metrics`
}

/** Of a Prometheus, `service.name` becomes the job and `service.instance.id` the instance: each process its own series. */
function resourceOf(env: NonNullable<OtlpOptions['env']>, given: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const name = env['OTEL_SERVICE_NAME']
  return {
    'service.name': 'unknown_service:node',
    'service.instance.id': randomUUID(),
    ...pairsIn(env['OTEL_RESOURCE_ATTRIBUTES']),
    ...(name !== undefined && name !== '' && { 'service.name': name }),
    ...given,
  }
}

/** `key=value,other=value` with percent-encoded values (opentelemetry.io/docs/specs/otel/protocol/exporter). */
function pairsIn(text = ''): Readonly<Record<string, string>> {
  const pairs = text.split(',').flatMap((each) => {
    const at = each.indexOf('=')
    return at > 0 ? [[each.slice(0, at).trim(), decoded(each.slice(at + 1).trim())] as const] : []
  })
  return Object.fromEntries(pairs)
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function causeOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown)
  return thrown.cause instanceof Error ? thrown.cause.message : thrown.message
}

function warn(message: string): void {
  process.emitWarning(message, 'RolloutWarning')
}
