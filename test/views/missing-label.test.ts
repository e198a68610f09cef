import { expect, it } from 'vitest'
import { renderMissingLabel } from '../../src/views/missing-label.ts'

const requests = { name: 'http_requests_total', status: 'status', labels: ['method', 'toggle'] }

it('says what is not seen without the label, and how it is added', () => {
  expect(renderMissingLabel(requests, 'FEATURE_X', 0.05)).toEqual([
    'missing: no label of http_requests_total tells requests with FEATURE_X on from those with it off. By the total a release that fails 20% is only seen above 25%.',
    'the SDK (docs/sdk.md):',
    '  const meter = openMeter(), toggles = openToggles({ meter }) // meter.text() is the page',
    "  toggles.measure('FEATURE_X', user, (isOn, fail) => …)",
    'prom-client:',
    `  const requests = new Counter({ name: 'http_requests_total', help: 'Requests', labelNames: ['status', 'method', 'toggle'] })`,
    `  requests.inc({ status, method, toggle: isOn ? 'on' : 'off' })`,
    'OpenTelemetry:',
    `  const requests = metrics.getMeter('app').createCounter('http_requests')`,
    `  requests.add(1, { status, method, toggle: isOn ? 'on' : 'off' })`,
    'Then rollout init --force compares the two.',
  ])
})

it('of a histogram that counts the requests', () => {
  const lines = renderMissingLabel({ name: 'http_request_duration_seconds_count', status: 'code', labels: [] }, 'FEATURE_X', 0.05)
  expect(lines).toContain(`  durations.observe({ code, toggle: isOn ? 'on' : 'off' }, seconds)`)
  expect(lines).toContain(`  const durations = metrics.getMeter('app').createHistogram('http_request_duration_seconds')`)
})

it('where nothing counts requests, what would', () => {
  const [first] = renderMissingLabel(undefined, 'FEATURE_X', 0.5)
  expect(first).toBe(
    'missing: nothing there counts requests by status, and by whether FEATURE_X was on. By the total a release that fails 20% is only seen above 100%.',
  )
})

it.each([
  [
    'http_requests_total',
    [
      `  requests = Counter('http_requests', 'Requests', ['status', 'method', 'toggle'])`,
      `  requests.labels(status=status, method=method, toggle='on' if is_on else 'off').inc()`,
      'OpenTelemetry:',
      `  requests = metrics.get_meter('app').create_counter('http_requests')`,
      `  requests.add(1, {'status': status, 'method': method, 'toggle': 'on' if is_on else 'off'})`,
    ],
  ],
  [
    'http_request_duration_seconds_count',
    [
      `  requests = Histogram('http_request_duration_seconds', 'Requests', ['status', 'method', 'toggle'])`,
      `  requests.labels(status=status, method=method, toggle='on' if is_on else 'off').observe(seconds)`,
      'OpenTelemetry:',
      `  requests = metrics.get_meter('app').create_histogram('http_request_duration_seconds')`,
      `  requests.record(seconds, {'status': status, 'method': method, 'toggle': 'on' if is_on else 'off'})`,
    ],
  ],
])('in Python, for %s', (name, lines) => {
  const shown = renderMissingLabel({ ...requests, name }, 'FEATURE_X', 0.05, 'python')
  expect(shown.slice(4, 9)).toEqual(lines)
  expect(shown.join('\n')).not.toContain('const ')
})
