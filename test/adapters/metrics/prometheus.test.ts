import { describe, expect, it } from 'vitest'
import adapter from '../../../src/adapters/metrics/prometheus.ts'
import { newestOf } from '../../../src/adapters/measure/freshness.ts'
import { checked, lend } from '../../helpers/loan.ts'
import { readOnce } from '../../helpers/metrics.ts'
import { serve } from '../../helpers/shell.ts'

const NOW = 1_800_000_000

/** Answers each query with these series: labels and value. What is not listed is empty. */
async function prometheus(answers: Readonly<Record<string, readonly (readonly [object, string])[]>>, seen: URLSearchParams[] = []) {
  return serve((request, response) => {
    const { pathname, searchParams: query } = new URL(request.url ?? '', 'http://x')
    // Every metric is known.
    if (pathname.endsWith('/labels')) return response.end('{"status":"success","data":["__name__","instance","job"]}')
    seen.push(query)
    const result = (answers[query.get('query') ?? ''] ?? []).map(([metric, value]) => ({ metric, value: [NOW, value] }))
    return response.end(JSON.stringify({ status: 'success', data: { resultType: 'vector', result } }))
  })
}

const at = NOW * 1000
const TIME = [[{}, String(NOW)]] as const

describe('a query', () => {
  it.each<readonly [string, readonly (readonly [object, string])[], object]>([
    ['one series', [[{}, '0.5']], { is: 'value', value: 0.5, at }],
    ['none', [], { is: 'missing', reason: 'empty' }],
    [
      'two',
      [
        [{ a: '1' }, '1'],
        [{ a: '2' }, '1'],
      ],
      { is: 'missing', reason: 'several' },
    ],
    ['NaN', [[{}, 'NaN']], { is: 'missing', reason: 'not-finite' }],
    ['what only a programming language takes for a number', [[{}, '0x0']], { is: 'missing', reason: 'not-finite' }],
    ['+Inf', [[{}, '+Inf']], { is: 'missing', reason: 'not-finite' }],
    ['an empty string', [[{}, '']], { is: 'missing', reason: 'not-finite' }],
  ])('of %s', async (_what, series, reading) => {
    const url = await prometheus({ q: series, [newestOf('q')]: TIME })
    expect(await readOnce({ use: 'prometheus', url, query: 'q' })).toMatchObject(reading)
  })

  it.each([
    ['matrix', [], 'the query gives a matrix'],
    ['string', [NOW, 'x'], 'the query gives a string'],
  ])('that gives a %s is missing', async (resultType, result, detail) => {
    const url = await serve((_, response) => response.end(JSON.stringify({ status: 'success', data: { resultType, result } })))
    const reading = await readOnce({ use: 'prometheus', url, query: 'q' })
    expect(reading.is === 'missing' && [reading.reason, reading.detail]).toEqual(['malformed', `${detail}; a single number is expected`])
  })

  it('is as old as the plan says it is, behind a Pushgateway', async () => {
    const url = await prometheus({ q: [[{}, '1']], [newestOf('q')]: TIME, push: [[{}, '1700000000']] })
    expect(await readOnce({ use: 'prometheus', url, query: 'q', sampledAt: 'push' })).toEqual({ is: 'value', value: 1, at: 1.7e12 })
  })
})

describe('a ratio', () => {
  const ratio = { bad: 'b', total: 't' }
  it.each<readonly [string, Parameters<typeof prometheus>[0], object]>([
    ['without errors', { t: [[{}, '9']] }, { is: 'ratio', bad: {}, at }],
    [
      'with errors as old as they are',
      { t: [[{}, '9']], b: [[{}, '1']], [newestOf('b')]: [[{}, '1700000000']] },
      { is: 'ratio', at: 1.7e12 },
    ],
    ['with errors that are no number', { t: [[{}, '9']], b: [[{}, 'NaN']] }, { is: 'missing', reason: 'not-finite' }],
    ['that goes below zero', { t: [[{}, '-9']] }, { is: 'missing', reason: 'impossible' }],
  ])('%s', async (_what, answers, reading) => {
    const url = await prometheus({ [newestOf('t')]: TIME, ...answers })
    expect(await readOnce({ use: 'prometheus', url, ratio })).toMatchObject(reading)
  })

  it('of rates, in a plan from before that was refused, is missing', async () => {
    const reading = await readOnce({ use: 'prometheus', url: await prometheus({}), ratio: { ...ratio, bad: 'rate(b[5m])' } })
    expect(reading).toMatchObject({ reason: 'malformed', detail: expect.stringContaining('has rate() in it') as string })
  })

  it('of what a recording rule made, behind a regular expression, is missing', async () => {
    const total = '{__name__=~".+sum"}'
    const url = await prometheus({ [newestOf(total)]: TIME, [total]: [[{ __name__: 'job:requests:sum' }, '9']] })
    expect(await readOnce({ use: 'prometheus', url, ratio: { ...ratio, total } })).toMatchObject({
      reason: 'malformed',
      detail: 'job:requests:sum is what a recording rule makes of counters, and no counter',
    })
  })

  it('of nothing is empty', async () => {
    expect(await readOnce({ use: 'prometheus', url: await prometheus({}), ratio })).toMatchObject({ is: 'missing', reason: 'empty' })
  })

  it("is evaluated at one time, and that is the server's", async () => {
    const seen: URLSearchParams[] = []
    await readOnce({ use: 'prometheus', url: await prometheus({ [newestOf('t')]: TIME, t: [[{}, '9']] }, seen), ratio })
    expect(seen.map((query) => query.get('time'))).toEqual([null, String(NOW), String(NOW), String(NOW)])
  })
})

it.each<readonly [string, readonly (readonly [object, string])[], object]>([
  [
    'buckets',
    [
      [{ le: '1.0' }, '3'],
      [{ le: '+Inf' }, '4'],
    ],
    { is: 'quantile', quantile: 0.9, at },
  ],
  ['no +Inf', [[{ le: '1' }, '3']], { is: 'missing', reason: 'malformed' }],
  [
    'a bound that is none',
    [
      [{ le: 'x' }, '3'],
      [{ le: '+Inf' }, '4'],
    ],
    { is: 'missing', reason: 'malformed' },
  ],
])('a quantile of %s', async (_what, series, reading) => {
  const url = await prometheus({ 'd_bucket{a="b"}': series, [newestOf('d_bucket{a="b"}')]: TIME })
  expect(await readOnce({ use: 'prometheus', url, quantile: { of: 'd{a="b"}', q: 0.9 } })).toMatchObject(reading)
})

describe('an answer that is not whole', () => {
  const PARTIAL = {
    Thanos: { warnings: ['receive series from Addr: 10.0.0.7:10901: rpc error: code = Unavailable'] },
    VictoriaMetrics: { isPartial: true },
    'a remote read': { warnings: ['PromQL warning: x', 'remote_read: remote server http://b/read returned HTTP status 500'] },
  }
  const WHOLE = {
    'annotations of a query': {
      infos: ['PromQL info: metric might not be a counter: "x" (1:5)', 'anything'],
      warnings: ['PromQL warning: bucket label "le" is missing (1:20)', 'PromQL info: ended early'],
    },
    'nothing missing': { isPartial: false, warnings: null },
  }
  const GIVEN = { query: { query: 'q' }, ratio: { ratio: { bad: 'b', total: 't' } }, quantile: { quantile: { of: 'd', q: 0.9 } } }
  const series = { metric: { le: '+Inf' }, value: [NOW, String(NOW)], values: [[NOW, '1']] }
  const answering = async (extra: object) =>
    serve((request, response) => {
      const resultType = request.url?.includes('query_range') ? 'matrix' : 'vector'
      response.end(JSON.stringify({ status: 'success', data: { resultType, result: [series] }, ...extra }))
    })
  const past = async (options: object, url: string) => {
    const all = []
    const given = await checked(adapter, { url, ...options })
    for await (const each of adapter.history?.(given, { from: at, to: at, step: 1000 }, lend('/')) ?? []) all.push(each.reading)
    return all
  }

  describe.each(Object.entries(GIVEN))('to a %s', (_what, given) => {
    it.each(Object.entries(PARTIAL))('is missing: %s', async (_of, extra) => {
      const url = await answering(extra)
      const reading = await readOnce({ use: 'prometheus', url, ...given })
      expect(reading).toMatchObject({
        is: 'missing',
        reason: 'partial',
        detail: expect.stringContaining('the answer is incomplete') as string,
      })
      await expect(past(given, url)).rejects.toMatchObject({ reason: 'partial' })
    })

    it.each(Object.entries(WHOLE))('but not %s', async (_of, extra) => {
      const url = await answering(extra)
      expect(await readOnce({ use: 'prometheus', url, ...given })).toMatchObject({ at })
      expect(await past(given, url)).toMatchObject([{ at }])
    })
  })
})
