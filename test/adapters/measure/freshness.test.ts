import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasPrometheus, startPrometheus, type Prometheus } from '../../helpers/prometheus.ts'
import { readOnce } from '../../helpers/metrics.ts'
import { serve } from '../../helpers/shell.ts'
import { until } from '../../helpers/until.ts'

const MINUTE = 60_000

/** A Prometheus scrapes samples that carry their own times, as a nightly job or a federation has them. */
describe.skipIf(!hasPrometheus())('how old the number of a query is, by a real Prometheus', () => {
  const began = Date.now()
  const at = { old: began - 207_000, ancient: began - 20 * MINUTE }
  let prometheus: Prometheus
  const read = async (query: string, more: object = {}) => readOnce({ use: 'prometheus', url: prometheus.url, query, ...more })

  beforeAll(async () => {
    const app = await serve((_, response) => {
      response.setHeader('content-type', 'text/plain; version=0.0.4')
      response.end(`fresh 2\nold 1 ${at.old}\nancient 1 ${at.ancient}\n`)
    })
    prometheus = await startPrometheus(app)
    await until('Prometheus has scraped', async () => (await read('fresh')).is === 'value')
  })
  afterAll(async () => prometheus.close())

  it.each([
    'old',
    'old  # written by the nightly job',
    '\n  old  # a\n  # b\n',
    '(old)',
    '-old',
    'old * 100',
    'old > 0',
    'scalar(old)',
    'sum(old) or vector(0)',
    'vector(0) and old or old',
    'fresh + old',
    'old / fresh',
    'max(old) by (job)',
    'max_over_time(old[10m])',
    'max_over_time(old[10m:1m])  # c',
    'max_over_time(old[10m:1m] offset -1m)',
    'old offset -1m',
    'old @ end()',
    '{__name__="old", # c\n job="shop"}',
    'label_replace(old, "a", "#", "job", "(.*)")',
    'old + vector(time()) * 0 or old',
  ])('%j: that of its sample', async (query) => {
    expect(await read(query)).toMatchObject({ is: 'value', at: at.old })
  })

  it('of a range is that of the newest sample in it, also where the series has none any more', async () => {
    expect(await read('ancient')).toMatchObject({ is: 'missing', reason: 'empty' })
    expect(await read('max_over_time(ancient[1h])')).toMatchObject({ is: 'value', at: at.ancient })
    expect(await read('max_over_time(ancient[30m] offset 1m)')).toMatchObject({ is: 'value', at: at.ancient })
  })

  it.each([
    'fresh',
    'fresh  # old',
    'fresh # old @ 1\n',
    'fresh @ end()',
    'fresh / (fresh offset 1w or fresh)',
    'sum(rate(fresh[1m])) + 1 or vector(1)',
    // Functions of now, of no sample.
    'time()',
    'vector(1)',
    '1 + 1',
    'scalar(vector(1))',
    'absent(nothing)',
    'absent_over_time(nothing[5m])',
  ])('%j: now', async (query) => {
    const reading = await read(query)
    expect(reading).toMatchObject({ is: 'value' })
    expect(reading.is === 'value' && reading.at).toBeGreaterThan(began - MINUTE)
  })

  it.each([
    ['sum(nothing) or vector(0)', 'empty', 'nothing tells that there is a metric nothing'],
    ['sum(ancient) or vector(0)', 'stale', 'no sample is behind the number: what it selects has none now. sampledAt: says when'],
    [`old @ ${Date.now() / 1000 - 190}`, 'stale', 'the query looks at one moment for ever (@), and not at now'],
    ['fresh +', 'malformed', 'Prometheus says: '],
  ])('%j: nobody knows', async (query, reason, detail) => {
    const reading = await read(query)
    expect(reading).toMatchObject({ is: 'missing', reason, detail: expect.stringContaining(detail) as string })
  })

  it('is what the plan says of it', async () => {
    expect(await read('sum(nothing) or vector(0)', { sampledAt: 'timestamp(old)' })).toEqual({ is: 'value', value: 0, at: at.old })
  })
})

it('what another store adds to the language is read when the plan says how old it is', async () => {
  const now = Date.now() / 1000
  const url = await serve((_, response) => {
    response.end(JSON.stringify({ status: 'success', data: { resultType: 'vector', result: [{ metric: {}, value: [now, String(now)] }] } }))
  })
  const query = 'errors default 0'
  expect(await readOnce({ use: 'prometheus', url, query })).toMatchObject({
    is: 'missing',
    reason: 'malformed',
    detail: expect.stringMatching(/not PromQL at 1:8\. sampledAt: says when the sample was taken/) as string,
  })
  expect(await readOnce({ use: 'prometheus', url, query, sampledAt: 'push' })).toMatchObject({ is: 'value' })
})

it('a server that refuses timestamp() does not make a number fresh', async () => {
  const url = await serve((request, response) => {
    const isTimestamp = request.url?.includes('timestamp') === true
    if (isTimestamp) response.statusCode = 422
    const vector = { resultType: 'vector', result: [{ metric: {}, value: [Date.now() / 1000, '0'] }] }
    response.end(JSON.stringify(isTimestamp ? { status: 'error', error: 'unknown function' } : { status: 'success', data: vector }))
  })
  expect(await readOnce({ use: 'prometheus', url, query: 'q' })).toEqual({
    is: 'missing',
    reason: 'malformed',
    detail:
      'how old the number is cannot be told: Prometheus says: unknown function. sampledAt: says when the sample was taken, e.g. sampledAt: timestamp(up{job="shop"})',
  })
})
