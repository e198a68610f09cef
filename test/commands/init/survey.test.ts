import { describe, expect, it } from 'vitest'
import { parseExposition } from '../../../src/adapters/measure/exposition.ts'
import { countersIn, surveyScrape } from '../../../src/commands/init/survey.ts'
import { openMeter } from '../../../src/sdk/meter.ts'

const survey = (text: string) => surveyScrape(text, parseExposition(text), ['FEATURE_X'])

describe('the counter of requests', () => {
  it.each<[what: string, text: string, name: string | undefined, status?: string]>([
    ['by its type', '# TYPE http_requests counter\nhttp_requests{code="200"} 1\n', 'http_requests', 'code'],
    ['by its name', 'http_requests_total{status_code="2xx"} 1\n', 'http_requests_total', 'status_code'],
    ['of OpenMetrics', '# TYPE http_requests counter\nhttp_requests_total{status="200"} 1\n# EOF\n', 'http_requests_total', 'status'],
    [
      'of OpenTelemetry',
      '# TYPE http_server_request_duration_seconds histogram\nhttp_server_request_duration_seconds_count{http_response_status_code="200"} 1\n',
      'http_server_request_duration_seconds_count',
      'http_response_status_code',
    ],
    ['not a gauge', '# TYPE http_requests_total gauge\nhttp_requests_total{status="200"} 1\n', undefined],
    ['not without a status', 'http_requests_total{method="GET"} 1\n', undefined],
    ['not where the status is none of HTTP', 'jobs_total{status="done"} 1\n', undefined],
    ['not that of the exporter', 'promhttp_metric_handler_requests_total{code="200"} 9\n', undefined],
    ['not what it asks of others', 'http_client_requests_total{code="200"} 9\n', undefined],
    [
      'of several the one that tells on from off',
      'http_requests_total{code="200"} 9\nshop_orders_total{code="200",toggle="on"} 1\nshop_orders_total{code="200",toggle="off"} 1\n',
      'shop_orders_total',
      'code',
    ],
  ])('%s', (_, text, name, status) => {
    const { requests } = survey(text)
    expect([requests?.name, requests?.status]).toEqual([name, status])
  })

  it('holds what failed and all', () => {
    const text = 'a_total{status="200"} 7\na_total{status="503"} 2\na_total{status="404"} 1\n'
    const counters = countersIn(parseExposition(text), { name: 'a_total', status: 'status', labels: [] })
    const sum = (series = {}) => Object.values<number>(series).reduce((all, each) => all + each, 0)
    expect([sum(counters['bad']), sum(counters['total'])]).toEqual([2, 10])
  })
})

describe('the histogram of durations', () => {
  const buckets = (name: string, label = '', bounds = ['0.1', '1'], fast = 90): string =>
    ['http_requests_total{status="200",toggle="on"} 1', 'http_requests_total{status="200",toggle="off"} 1']
      .concat(bounds.map((le) => `${name}_bucket{le="${le}"${label}} ${fast}`))
      .concat(`${name}_bucket{le="+Inf"${label}} 100`)
      .join('\n')
      .concat('\n')

  it.each<[string, object | undefined]>([
    [buckets('http_request_duration_seconds'), { name: 'http_request_duration_seconds', unit: 's', isDivided: false }],
    [buckets('http_request_duration_seconds', ',toggle="off"'), { unit: 's', isDivided: true }],
    [buckets('http_request_duration_seconds', ',toggle="off"', ['0.1', '1'], 100), { unit: 's', isDivided: true }],
    [buckets('http_request_duration_ms', '', ['100', '1000']), { unit: 'ms' }],
    [buckets('http_request_latency', '', ['100', '1000']), { unit: 'ms' }],
    [buckets('http_request_latency'), { unit: 's' }],
    [`# UNIT http_request_latency s\n${buckets('http_request_latency', '', ['100', '10000'])}`, { unit: 's' }],
    [buckets('http_client_duration_seconds'), undefined],
    [buckets('http_response_size_bytes'), undefined],
    ['http_request_duration_seconds_bucket{le="1"} 1\n', undefined],
  ])('%j', (text, latency) => {
    if (latency === undefined) expect(survey(text).latency).toBeUndefined()
    else expect(survey(text).latency).toMatchObject(latency)
  })
})

describe('what the SDK measures', () => {
  const meter = openMeter()
  meter.measure('FEATURE_Y', false, () => undefined)
  const page = `http_requests_total{status="200",toggle="on"} 9\n${meter.text()}`

  it('comes before every guess, with the toggle that it is of', () => {
    expect(surveyScrape(page, parseExposition(page), ['FEATURE_X', 'FEATURE_Y'])).toMatchObject({
      requests: { name: 'rollout_toggle_calls_total', status: 'outcome', measured: 'FEATURE_Y' },
      groups: { label: 'answer', on: 'on', off: 'off', toggle: 'FEATURE_Y' },
      latency: { name: 'rollout_toggle_call_duration_seconds', unit: 's', isDivided: true },
    })
  })

  it('says whether both ways of it can be compared', () => {
    expect(surveyScrape(page, parseExposition(page), ['FEATURE_Y']).requests?.isCompared).toBeUndefined()
    const compared = openMeter()
    compared.measure('FEATURE_Y', false, () => undefined)
    compared.of('FEATURE_Y').expectComparisons()
    expect(surveyScrape('', parseExposition(compared.text()), ['FEATURE_Y']).requests?.isCompared).toBe(true)
  })

  it('is not taken for a toggle that it does not measure', () => {
    expect(surveyScrape(page, parseExposition(page), ['FEATURE_X']).requests?.name).toBe('http_requests_total')
  })

  it('is counted by its outcome, of this toggle alone', () => {
    meter.measure('FEATURE_Y', true, (_, fail) => fail())
    meter.measure('FEATURE_Z', true, (_, fail) => fail())
    const { requests } = surveyScrape(meter.text(), parseExposition(meter.text()), ['FEATURE_Y'])
    if (!requests) throw new Error('nothing was found')
    const counters = countersIn(parseExposition(meter.text()), requests)
    const sum = (series = {}) => Object.values<number>(series).reduce((all, each) => all + each, 0)
    expect([sum(counters['bad']), sum(counters['total'])]).toEqual([1, 2])
  })
})
