import { describe, expect, it } from 'vitest'
import { startPrometheus, hasPrometheus } from '../../helpers/prometheus.ts'
import { openMetrics } from '../../../src/adapters/open.ts'
import { lend } from '../../helpers/loan.ts'
import { planOf, readOnce } from '../../helpers/metrics.ts'
import { serve } from '../../helpers/shell.ts'
import { until } from '../../helpers/until.ts'

const PAGE = `# HELP requests_total All.
# TYPE requests_total counter
requests_total{code="200",path="/"} 90
# TYPE errors_total counter
failures_total{kind="a"} 3
`
const TOTAL = 'requests_total'
const NO_LABEL = (label: string, name: string, have: string): string => `${label} is a label that no series of ${name} has; ${have}`

type Row = readonly [bad: string, detail?: string | undefined]

const BOTH: readonly Row[] = [
  ['requests_total{code=~"5.."}'],
  ['requests_total{code="500",zone=""}'],
  ['requests_total{code="500",zone!="b"}'],
  ['requests_total{status=~"5.."}', NO_LABEL('status', 'requests_total', 'they have: code, ')],
  ['requests_total{code=~"5..", statuz="500"}', NO_LABEL('statuz', 'requests_total', 'they have: code, ')],
  ['failures_total{kind="b"}'],
  ['failures_total{code="b"}', NO_LABEL('code', 'failures_total', 'they have: ')],
  ['request_errors_total', 'nothing tells that there is a metric request_errors_total'],
  ['{__name__="request_errors_total", code="500"}', 'nothing tells that there is a metric request_errors_total'],
]

describe('a scrape without a series of the bad side', () => {
  const scraped: readonly Row[] = [
    ...BOTH,
    // Described, and without a series yet: the total's labels are all that can be known.
    ['errors_total'],
    ['errors_total{code="500"}'],
    ['{"late.errors"}'],
    ['errors_total{statuz="500"}', NO_LABEL('statuz', 'errors_total', 'they have: code, path')],
  ]
  it.each(scraped)('%s: %s', async (bad = '', detail) => {
    const url = await serve((_, response) => response.end(`# HELP "late.errors" Late.\n${PAGE}`))
    const reading = await readOnce({ use: 'openmetrics', url, ratio: { bad, total: TOTAL } })
    if (detail === undefined) expect(reading).toMatchObject({ is: 'ratio', bad: {} })
    else expect(reading).toMatchObject({ is: 'missing', reason: 'empty', detail: expect.stringContaining(detail) as string })
  })

  it('in OpenMetrics, which describes a counter without its _total', async () => {
    const url = await serve((_, response) => {
      response.setHeader('content-type', 'application/openmetrics-text; version=1.0.0')
      response.end('# TYPE errors counter\n# TYPE requests counter\nrequests_total 3\n# EOF\n')
    })
    expect(await readOnce({ use: 'openmetrics', url, ratio: { bad: 'errors_total', total: TOTAL } })).toMatchObject({ is: 'ratio' })
  })
})

const MORE: readonly Row[] = [['{__name__=~"failures_.*", kind="b"}'], ['up{job="b"}']]

describe.skipIf(!hasPrometheus())('a real Prometheus without a series of the bad side', () => {
  it('knows what it has had', async () => {
    const prometheus = await startPrometheus(await serve((_, response) => response.end(PAGE)))
    try {
      const read = async (options: object) => readOnce({ use: 'prometheus', url: prometheus.url, ...options })
      await until('it has scraped', async () => (await read({ query: TOTAL })).is === 'value')
      for (const [bad, detail] of [...BOTH, ...MORE]) {
        const reading = await read({ ratio: { bad, total: TOTAL } })
        if (detail === undefined) expect(reading, bad).toMatchObject({ is: 'ratio', bad: {} })
        else expect(reading, bad).toMatchObject({ is: 'missing', reason: 'empty', detail: expect.stringContaining(detail) as string })
      }
      const share = (bad: string): string => `(sum(${bad}) or vector(0)) / sum(${TOTAL})`
      expect(await read({ query: share('requests_total{code=~"5.."}') })).toMatchObject({ is: 'value', value: 0 })
      expect(await read({ query: share('request_errors_total') })).toMatchObject({ is: 'missing', reason: 'empty' })
      expect(await read({ query: share('requests_total{statuz=~"5.."}') })).toMatchObject({ is: 'missing', reason: 'empty' })
      expect(await read({ query: `sum(request_errors_total) or sum(${TOTAL})` })).toMatchObject({ is: 'value', value: 90 })
    } finally {
      await prometheus.close()
    }
  })
})

describe('what the server knows', () => {
  /** A store whose bad side is empty, and that knows these labels of it. */
  async function store(labels: () => object, result: readonly object[] = []) {
    const asked: URLSearchParams[] = []
    const now = Date.now() / 1000
    const url = await serve((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://x')
      const isBad = searchParams.get('query')?.includes('errors') === true
      const values = [[Number(searchParams.get('start')), '1']]
      const total = [{ metric: { __name__: 'requests_total' }, value: [now, String(now)], values }]
      const resultType = pathname.endsWith('query_range') ? 'matrix' : 'vector'
      if (pathname.endsWith('/labels')) asked.push(searchParams)
      const answer = pathname.endsWith('/labels') ? labels() : { status: 'success', data: { resultType, result: isBad ? result : total } }
      response.end(JSON.stringify(answer))
    })
    return { url, asked }
  }
  const ratio = { bad: 'errors_total{code="5\\"00"}', total: TOTAL }
  const openOne = async (url: string) => (await openMetrics(planOf({ use: 'prometheus', url, ratio }), ['m'], lend('/')))[0]
  const { signal } = new AbortController()

  it('is asked once, and again only while it does not know', async () => {
    let data: readonly string[] = []
    const { url, asked } = await store(() => ({ status: 'success', data }))
    const metric = await openOne(url)
    expect(await metric?.read(signal)).toMatchObject({ is: 'missing', reason: 'empty' })
    data = ['__name__', 'code']
    expect(await metric?.read(signal)).toMatchObject({ is: 'ratio', bad: {} })
    expect(await metric?.read(signal)).toMatchObject({ is: 'ratio', bad: {} })
    expect(asked.map((each) => each.getAll('match[]'))).toEqual([['{__name__="errors_total"}'], ['{__name__="errors_total"}']])
    expect(Number(asked[0]?.get('end')) - Number(asked[0]?.get('start'))).toBe(30 * 86_400)
  })

  it.each([
    ['in part', { status: 'success', isPartial: true, data: ['code'] }, 'partial'],
    ['with a warning', { status: 'success', warnings: ['store down'], data: ['code'] }, 'partial'],
    ['with something else', { status: 'success', data: { code: 1 } }, 'malformed'],
    ['with null', { status: 'success', data: null }, 'malformed'],
    ['with an error', { status: 'error', error: 'no' }, 'malformed'],
  ])('is not known where it answers %s', async (_what, labels, reason) => {
    const { url } = await store(() => labels)
    expect(await (await openOne(url))?.read(signal)).toMatchObject({ is: 'missing', reason })
  })

  it('is asked of the past too', async () => {
    const span = { from: Math.floor(Date.now() / 1000) * 1000, to: Math.floor(Date.now() / 1000) * 1000, step: 1000 }
    for (const [labels, is] of [
      [[], 'missing'],
      [['__name__', 'code'], 'ratio'],
    ] as const) {
      const { url } = await store(() => ({ status: 'success', data: labels }))
      const past = []
      for await (const { reading } of (await openOne(url))?.history?.(span, signal) ?? []) past.push(reading.is)
      expect(past).toEqual([is])
    }
  })
})
