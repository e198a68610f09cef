import { seriesId, type Sample } from '../../adapters/measure/exposition.ts'
import { chooseBuckets } from '../../core/evidence/buckets.ts'
import { quantile, totals } from '../../core/judge/counters.ts'
import type { Failures, Series } from '../../core/values/reading.ts'
import { findTellingLabel, type TellingLabel } from './telling-label.ts'

/** What an application counts that a plan can read. */
export interface Survey {
  readonly requests?: Requests
  readonly latency?: Latency
  /** The label that divides the requests, and the durations too where `latency.isDivided`. */
  readonly groups?: TellingLabel
}

export interface Requests {
  /** The counter. */
  readonly name: string
  /** The label that holds what was answered: `200`, `5xx`. */
  readonly status: string
  /** The toggle whose calls the SDK counts there, and no others; their status is `ok`, `error` or `timeout`. */
  readonly measured?: string
  /** Both ways of it can be compared before anybody has the new one. */
  readonly isCompared?: boolean
  /** The other labels it has. */
  readonly labels: readonly string[]
}

export interface Latency {
  /** The histogram without its _bucket. */
  readonly name: string
  readonly unit: 's' | 'ms'
  readonly isDivided: boolean
  /** Its 95th percentile since the application began; NaN where nothing was observed. */
  readonly p95: number
}

/** Name → what its `# TYPE`, or its `# UNIT`, says. */
type Said = ReadonlyMap<string, string>

/** What the SDK calls its metrics. */
const CALLS = 'rollout_toggle_calls_total'
const COMPARISONS = 'rollout_toggle_comparisons_total'
const CALL_DURATION = 'rollout_toggle_call_duration_seconds'

const STATUS = /^(?:\w+_)?(?:status|code|status_?code|status_class|response_code)$/i
const CODE = /^[1-5](?:\d\d|xx)$/i
/** Counted by a library about itself, or about what the application asks of others. */
const FOREIGN = /^(?:promhttp|prometheus|otelcol|go|process|nodejs)_|(?:^|_)(?:client|upstream|outbound|outgoing|egress|scrape)(?:_|$)/
const DURATION = /duration|latency|seconds|millis|_ms(?:_|$)|time/
/** A histogram of seconds that goes beyond this is one of milliseconds. */
const LONGEST = 100

/** Finds the counter of requests, the histogram of their durations and the label that tells on from off in one scrape. */
export function surveyScrape(text: string, samples: readonly Sample[], toggles: readonly string[]): Survey {
  const measured = surveyMeasured(samples, toggles)
  if (measured) return measured
  const [types, units] = [saidIn(text, 'TYPE'), saidIn(text, 'UNIT')]
  const byName = divided(samples, ({ name }) => name)
  const requests = best(
    [...byName].flatMap(([name, series]) => requestsOf(name, series, types, toggles)),
    ({ found, groups }) => [
      groups !== undefined,
      types.get(baseOf(found.name, types)) === 'counter',
      /http/.test(found.name),
      /request/.test(found.name),
    ],
  )
  const groups = requests?.groups
  const latency = best(
    [...byName].flatMap(([name, series]) => latencyOf(name, series, { types, units, groups })),
    ({ isDivided, name }) => [isDivided, /http/.test(name), /request/.test(name)],
  )
  return { ...(requests && { requests: requests.found }), ...(latency && { latency }), ...(groups && { groups }) }
}

/** Returns what the counter of requests holds. */
export function countersIn(samples: readonly Sample[], { name, status, measured }: Requests): Failures {
  const total = samples.filter((each) => each.name === name && (measured === undefined || each.labels['toggle'] === measured))
  const hasFailed = (said = ''): boolean => (measured === undefined ? said.startsWith('5') : said !== 'ok')
  return { bad: seriesOf(total.filter(({ labels }) => hasFailed(labels[status]))), total: seriesOf(total) }
}

/** Finds what the SDK measures of the first of these toggles that it measures at all (docs/sdk.md): it needs no guess. */
function surveyMeasured(samples: readonly Sample[], toggles: readonly string[]): Survey | undefined {
  const of = (name: string, toggle: string) => samples.filter((each) => each.name === name && each.labels['toggle'] === toggle)
  const measured = toggles.find((toggle) => of(CALLS, toggle).length > 0)
  if (measured === undefined) return undefined
  const buckets = bucketsOf(of(`${CALL_DURATION}_bucket`, measured))
  const all = totals(buckets)
  return {
    requests: {
      name: CALLS,
      status: 'outcome',
      labels: ['toggle', 'answer'],
      measured,
      ...(of(COMPARISONS, measured).length > 0 && { isCompared: true }),
    },
    groups: { label: 'answer', on: 'on', off: 'off', toggle: measured },
    ...(buckets['+Inf'] && {
      latency: { name: CALL_DURATION, unit: 's', isDivided: chooseBuckets(all).length > 0, p95: quantile(all, 0.95) },
    }),
  }
}

function bucketsOf(series: readonly Sample[]): Readonly<Record<string, Series>> {
  return Object.fromEntries([...divided(series, ({ labels }) => labels['le'] ?? '')].map(([le, each]) => [le, seriesOf(each)]))
}

function seriesOf(samples: readonly Sample[]): Series {
  return Object.fromEntries(samples.map((sample) => [seriesId(sample), sample.value]))
}

function saidIn(text: string, keyword: 'TYPE' | 'UNIT'): Said {
  const lines = text.matchAll(/^#[ \t]+(TYPE|UNIT)[ \t]+(\S+)[ \t]+(\w+)/gm)
  return new Map([...lines].flatMap(([, word, name = '', said = '']) => (word === keyword ? [[name, said] as const] : [])))
}

/** OpenMetrics names a counter without the `_total` of its samples, and both formats a histogram without its `_count`. */
function baseOf(name: string, types: Said): string {
  if (types.has(name)) return name
  return name.replace(/_(?:total|count)$/, '')
}

function isCounter(name: string, types: Said): boolean {
  const type = types.get(baseOf(name, types))
  if (name.endsWith('_count') && type !== 'counter') return type === 'histogram' || type === 'summary'
  return type === 'counter' || (type === undefined && name.endsWith('_total'))
}

function requestsOf(name: string, series: readonly Sample[], types: Said, toggles: readonly string[]) {
  if (FOREIGN.test(name) || !isNamed(name) || !isCounter(name, types)) return []
  const labels = [...new Set(series.flatMap((each) => Object.keys(each.labels)))]
  const status = labels.find((label) => STATUS.test(label) && isStatus(series.flatMap((each) => each.labels[label] ?? [])))
  if (status === undefined) return []
  const groups = findTellingLabel(
    series.map((each) => each.labels),
    toggles,
  )
  return [{ found: { name, status, labels: labels.filter((label) => label !== status) }, ...(groups && { groups }) }]
}

/** Some frameworks write something else for a request that was broken off. */
function isStatus(values: readonly string[]): boolean {
  const codes = values.filter((value) => CODE.test(value))
  return codes.length > 0 && codes.length >= values.length / 2
}

interface Context {
  readonly types: Said
  readonly units: Said
  readonly groups: TellingLabel | undefined
}

function latencyOf(name: string, series: readonly Sample[], { types, units, groups }: Context): readonly Latency[] {
  const of = name.replace(/_bucket$/, '')
  const isHistogram = name.endsWith('_bucket') && (types.get(of) ?? 'histogram') === 'histogram'
  if (!isHistogram || FOREIGN.test(name) || !isNamed(name) || !DURATION.test(name)) return []
  const buckets = bucketsOf(series)
  if (!buckets['+Inf']) return []
  const longest = Math.max(...Object.keys(buckets).map(Number).filter(Number.isFinite))
  const all = totals(buckets)
  const hasLabel = groups !== undefined && series.some(({ labels }) => [groups.on, groups.off].includes(labels[groups.label] ?? ''))
  // Without a request, or a bound, nothing can be compared.
  return [
    {
      name: of,
      unit: unitOf(units.get(of) ?? of, longest),
      isDivided: hasLabel && chooseBuckets(all).length > 0,
      p95: quantile(all, 0.95),
    },
  ]
}

/** The unit by what it is called, by the name of the histogram that ends in it, or by its bounds. */
function unitOf(said: string, longest: number): Latency['unit'] {
  if (/millis|(?:^|_)ms(?:_|$)/.test(said)) return 'ms'
  return /seconds|^s$/.test(said) || longest < LONGEST ? 's' : 'ms'
}

/** Anything else would have to be quoted in a selector; no client library makes such names unless it is asked to. */
function isNamed(name: string): boolean {
  return /^[a-zA-Z_:][\w:]*$/.test(name)
}

function divided(samples: readonly Sample[], keyOf: (sample: Sample) => string): ReadonlyMap<string, readonly Sample[]> {
  const parts = new Map<string, Sample[]>()
  for (const sample of samples) {
    const part = parts.get(keyOf(sample))
    if (part) part.push(sample)
    else parts.set(keyOf(sample), [sample])
  }
  return parts
}

/** Returns the one that has the most of what is asked for, the first things first. */
function best<Each>(all: readonly Each[], has: (each: Each) => readonly boolean[]): Each | undefined {
  const rank = (each: Each): number => has(each).reduce((sum, is) => sum * 2 + Number(is), 0)
  return all.toSorted((a, b) => rank(b) - rank(a))[0]
}
