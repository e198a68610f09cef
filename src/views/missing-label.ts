import { formatFraction } from '../core/values/units.ts'

/** A counter of requests, or the `_count` of a histogram. */
export interface CountedRequests {
  readonly name: string
  readonly status: string
  readonly labels: readonly string[]
}

/** What an application is written in, as far as examples are shown in it. */
export type ExampleLanguage = 'javascript' | 'python'

/** A release that is bad for all who have it. */
const BAD = 0.2

const USUAL: CountedRequests = { name: 'http_requests_total', status: 'status', labels: [] }

/**
 * Renders which label is missing, what cannot be seen without it, and how it is added with the SDK, with the usual client of
 * Prometheus and with OpenTelemetry.
 */
export function renderMissingLabel(
  requests: CountedRequests | undefined,
  toggle: string,
  critical: number,
  shown: ExampleLanguage = 'javascript',
): readonly string[] {
  const { name } = requests ?? USUAL
  const without = requests
    ? `no label of ${name} tells requests with ${toggle} on from those with it off`
    : `nothing there counts requests by status, and by whether ${toggle} was on`
  const from = Math.min(1, critical / BAD)
  return [
    `missing: ${without}. By the total a release that fails ${formatFraction(BAD)} is only seen above ${formatFraction(from)}.`,
    ...(shown === 'python' ? inPython(requests ?? USUAL, toggle) : inJavaScript(requests ?? USUAL, toggle)),
    'Then rollout init --force compares the two.',
  ]
}

function inJavaScript({ name, status, labels }: CountedRequests, toggle: string): readonly string[] {
  const others = labels.filter((label) => label !== 'toggle')
  const values = `{ ${[status, ...others].filter(isPlain).join(', ')}, toggle: isOn ? 'on' : 'off' }`
  const labelNames = `[${[status, ...others, 'toggle']
    .filter(isPlain)
    .map((label) => `'${label}'`)
    .join(', ')}]`
  return [
    'the SDK (docs/sdk.md):',
    '  const meter = openMeter(), toggles = openToggles({ meter }) // meter.text() is the page',
    `  toggles.measure('${toggle}', user, (isOn, fail) => …)`,
    'prom-client:',
    ...(name.endsWith('_count') ? promHistogram(name, values, labelNames) : promCounter(name, values, labelNames)),
    'OpenTelemetry:',
    ...(name.endsWith('_count') ? openHistogram(name, values) : openCounter(name, values)),
  ]
}

/** Both clients add `_total` to a counter, and `_count` to a histogram. */
function inPython({ name, status, labels }: CountedRequests, toggle: string): readonly string[] {
  const names = [status, ...labels.filter((label) => label !== 'toggle'), 'toggle'].filter(isPlain)
  const of = name.replace(/_(?:total|count)$/, '')
  const value = (label: string): string => (label === 'toggle' ? `'on' if is_on else 'off'` : label)
  const listed = `[${names.map((label) => `'${label}'`).join(', ')}]`
  const given = names.map((label) => `${label}=${value(label)}`).join(', ')
  const mapped = `{${names.map((label) => `'${label}': ${value(label)}`).join(', ')}}`
  const [client, counted, make, record] = name.endsWith('_count')
    ? (['Histogram', 'observe(seconds)', 'create_histogram', 'record(seconds, '] as const)
    : (['Counter', 'inc()', 'create_counter', 'add(1, '] as const)
  return [
    'examples/python/toggles.py (docs/sdk.md):',
    `  with toggles.measure('${toggle}', user) as call: …  # call.is_on; toggles.metrics() is the page`,
    'prometheus_client:',
    `  requests = ${client}('${of}', 'Requests', ${listed})`,
    `  requests.labels(${given}).${counted}`,
    'OpenTelemetry:',
    `  requests = metrics.get_meter('app').${make}('${of}')`,
    `  requests.${record}${mapped})`,
  ]
}

function promCounter(name: string, values: string, labelNames: string): readonly string[] {
  return [`  const requests = new Counter({ name: '${name}', help: 'Requests', labelNames: ${labelNames} })`, `  requests.inc(${values})`]
}

function promHistogram(name: string, values: string, labelNames: string): readonly string[] {
  const of = name.replace(/_count$/, '')
  return [
    `  const durations = new Histogram({ name: '${of}', help: 'Durations', labelNames: ${labelNames} })`,
    `  durations.observe(${values}, seconds)`,
  ]
}

/** Its exporter for Prometheus adds `_total`. */
function openCounter(name: string, values: string): readonly string[] {
  return [`  const requests = metrics.getMeter('app').createCounter('${name.replace(/_total$/, '')}')`, `  requests.add(1, ${values})`]
}

function openHistogram(name: string, values: string): readonly string[] {
  const of = name.replace(/_count$/, '')
  return [`  const durations = metrics.getMeter('app').createHistogram('${of}')`, `  durations.record(seconds, ${values})`]
}

/** Only such a name is one of JavaScript too. */
function isPlain(label: string): boolean {
  return /^[a-zA-Z_]\w*$/.test(label)
}
