import { beforeEach, describe, expect, it } from 'vitest'
import { startPrometheus, hasPrometheus } from '../../helpers/prometheus.ts'
import { openMetrics } from '../../../src/adapters/open.ts'
import { lend } from '../../helpers/loan.ts'
import { planOf, readOnce } from '../../helpers/metrics.ts'
import { serve } from '../../helpers/shell.ts'
import { until } from '../../helpers/until.ts'

const PAGE = `# HELP requests_total All.
# TYPE requests_total counter
requests_total{code="200",path="/",class="2xx",cached="false",outcome="error",result="ok",shard="shard-1"} 90
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
  ['requests_total{status=~"5.."}', NO_LABEL('status', 'requests_total', 'they have: cached, class, code, ')],
  ['requests_total{code=~"5..", statuz="500"}', NO_LABEL('statuz', 'requests_total', 'they have: cached, class, code, ')],
  ['failures_total{kind="b"}'],
  ['failures_total{code="b"}', NO_LABEL('code', 'failures_total', 'they have: ')],
  // Of a form that the values of such a label cannot have.
  ['requests_total{code="5xx"}', 'code is a number wherever it is (200), and code="5xx" could be none'],
  ['requests_total{code=~"5xx"}', 'code is a number wherever it is (200), and code=~"5xx" could be none'],
  ['requests_total{code=~"error|failed"}', 'code is a number wherever it is (200)'],
  ['requests_total{code="500 "}', 'code is a number wherever it is (200)'],
  ['requests_total{class="500"}', 'class is a class of statuses wherever it is (2xx)'],
  ['requests_total{class="5XX"}', 'class is a class of statuses wherever it is (2xx)'],
  ['requests_total{cached="True"}', 'cached is true or false wherever it is (false)'],
  ['requests_total{code="5xx",outcome="error"}', 'code is a number'],
  // One letter away from a value that there is.
  ['requests_total{outcome="eror"}', 'no outcome is eror, and there is error'],
  ['requests_total{outcome="Error",code="500"}', 'no outcome is Error, and there is error'],
  ['requests_total{outcome=~"erorr|failed"}', 'no outcome is erorr, and there is error'],
  // What has not happened yet.
  ['requests_total{code="500"}'],
  ['requests_total{code=~"5..|<error>"}'],
  ['requests_total{code=~"5\\\\d\\\\d"}'],
  ['requests_total{code!~"2.."}'],
  ['requests_total{class="5xx"}'],
  ['requests_total{class=~"5.."}'],
  ['requests_total{cached="true"}'],
  ['requests_total{outcome="timeout"}'],
  ['requests_total{outcome!="error"}'],
  ['requests_total{result="failed"}'],
  ['requests_total{result="nok"}'],
  ['requests_total{shard="shard-2"}'],
  // Described, and without a series yet: the total's labels are all that can be known.
  ['errors_total'],
  ['errors_total{code="500"}'],
  ['errors_total{code="5xx"}', 'code is a number'],
  ['errors_total{statuz="500"}', NO_LABEL('statuz', 'errors_total', 'they have: cached, class, code')],
  ['request_errors_total', 'nothing tells that there is a metric request_errors_total'],
  ['{__name__="request_errors_total", code="500"}', 'nothing tells that there is a metric request_errors_total'],
]

describe('a scrape without a series of the bad side', () => {
  const scraped: readonly Row[] = [...BOTH, ['{"late.errors"}']]
  it.each(scraped)('%s: %s', async (bad = '', detail) => {
    const url = await serve((_, response) => response.end(`# HELP "late.errors" Late.\n${PAGE}`))
    const reading = await readOnce({ use: 'openmetrics', url, ratio: { bad, total: TOTAL } })
    if (detail === undefined) expect(reading).toMatchObject({ is: 'ratio', bad: {} })
    else expect(reading).toMatchObject({ is: 'missing', reason: 'empty', detail: expect.stringContaining(detail) as string })
  })

  it.each(['request_errors_total', 'requests_total{code="5xx"}', 'requests_total{statuz="500"}'])('%s: as the plan says', async (bad) => {
    const url = await serve((_, response) => response.end(PAGE))
    expect(await readOnce({ use: 'openmetrics', url, ratio: { bad, total: TOTAL }, unseen: 'zero' })).toMatchObject({
      is: 'ratio',
      bad: {},
    })
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
      for (const bad of ['request_errors_total', 'requests_total{code="5xx"}'])
        expect(await read({ ratio: { bad, total: TOTAL }, unseen: 'zero' }), bad).toMatchObject({ is: 'ratio', bad: {} })
      const share = (bad: string): string => `(sum(${bad}) or vector(0)) / sum(${TOTAL})`
      expect(await read({ query: share('requests_total{code=~"5.."}') })).toMatchObject({ is: 'value', value: 0 })
      expect(await read({ query: share('request_errors_total') })).toMatchObject({ is: 'missing', reason: 'empty' })
      expect(await read({ query: share('requests_total{statuz=~"5.."}') })).toMatchObject({ is: 'missing', reason: 'empty' })
      expect(await read({ query: share('requests_total{code="5xx"}') })).toMatchObject({ is: 'missing', reason: 'empty' })
      expect(await read({ query: share('requests_total{code="5xx"}'), unseen: 'zero' })).toMatchObject({ is: 'value', value: 0 })
      expect(await read({ query: `sum(request_errors_total) or sum(${TOTAL})` })).toMatchObject({ is: 'value', value: 90 })
    } finally {
      await prometheus.close()
    }
  })
})

describe('what the server knows', () => {
  /** Seconds by which its clock has moved on. */
  let later = 0
  beforeEach(() => void (later = 0))

  /** A store whose bad side is empty, and that knows these labels of it, with these values. */
  async function store(labels: () => object, values: readonly string[] = []) {
    const asked: URLSearchParams[] = []
    const began = Date.now() / 1000
    const url = await serve((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://x')
      const now = began + later
      const isBad = searchParams.get('query')?.includes('errors') === true
      const past = [[Number(searchParams.get('start')), '1']]
      const total = [{ metric: { __name__: 'requests_total' }, value: [now, String(now)], values: past }]
      const resultType = pathname.endsWith('query_range') ? 'matrix' : 'vector'
      if (pathname.endsWith('/values')) return void response.end(JSON.stringify({ status: 'success', data: values }))
      if (pathname.endsWith('/labels')) asked.push(searchParams)
      const answer = pathname.endsWith('/labels') ? labels() : { status: 'success', data: { resultType, result: isBad ? [] : total } }
      response.end(JSON.stringify(answer))
    })
    return { url, asked }
  }
  const ratio = { bad: 'errors_total{code="5\\"00"}', total: TOTAL }
  const openOne = async (url: string, asked = ratio) =>
    (await openMetrics(planOf({ use: 'prometheus', url, ratio: asked }), ['m'], lend('/')))[0]
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
    later = 599
    expect(await metric?.read(signal)).toMatchObject({ is: 'ratio' })
    expect(asked).toHaveLength(2)
    expect(Number(asked[0]?.get('end')) - Number(asked[0]?.get('start'))).toBe(30 * 86_400)
  })

  it('is asked again after ten minutes: what came since may show that another word was meant', async () => {
    const values = ['ok']
    const { url } = await store(() => ({ status: 'success', data: ['__name__', 'outcome'] }), values)
    const metric = await openOne(url, { bad: 'errors_total{outcome="eror"}', total: TOTAL })
    expect(await metric?.read(signal)).toMatchObject({ is: 'ratio', bad: {} })
    values.push('error')
    expect(await metric?.read(signal)).toMatchObject({ is: 'ratio', bad: {} })
    later = 600
    const detail = expect.stringContaining('no outcome is eror, and there is error; there are: error, ok') as string
    expect(await metric?.read(signal)).toMatchObject({ is: 'missing', reason: 'empty', detail })
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
