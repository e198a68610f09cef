import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import json from '../../src/adapters/metrics/json.ts'
import prometheus from '../../src/adapters/metrics/prometheus.ts'
import type { Measured } from '../../src/core/values/reading.ts'
import type { Server } from '../helpers/alertmanager.ts'
import { LIMITS } from '../helpers/limits.ts'
import { checked, lend } from '../helpers/loan.ts'
import { hasGraphite, hasInflux, startGraphite, startInflux } from '../helpers/series.ts'
import { hasVictoria, startVictoria } from '../helpers/victoria.ts'

const readJson = async (options: object): Promise<Measured> => json.read(await checked(json, options), lend('/'))
const MINUTE = 60_000

describe.skipIf(!hasInflux())('a real InfluxDB (Debian package influxdb)', () => {
  let server: Server
  const post = async (path: string, body?: string): Promise<number> =>
    (await fetch(`${server.url}${path}`, { method: 'POST', ...(body !== undefined && { body }) })).status
  const ask = (query: string, db = 'shop'): string => `${server.url}/query?db=${db}&epoch=ms&q=${encodeURIComponent(query)}`
  beforeAll(async () => {
    server = await startInflux()
    expect(await post(`/query?q=${encodeURIComponent('CREATE DATABASE shop')}`)).toBe(200)
    const now = Date.now()
    const lines = [`requests bad=3,total=1000 ${now}`, `latency p95=0.25 ${now - MINUTE}`, `old p95=0.25 ${now - 60 * MINUTE}`]
    expect(await post('/write?db=shop&precision=ms', lines.join('\n'))).toBe(204)
  })
  afterAll(async () => server.close())

  it('gives the two counts of a ratio', async () => {
    const rows = 'results.0.series.0.values.0'
    const given = { url: ask('SELECT last(bad), last(total) FROM requests'), ratio: { bad: `${rows}.1`, total: `${rows}.2` } }
    expect(await readJson(given)).toMatchObject({ is: 'ratio', bad: { requests: 3 }, total: { requests: 1000 } })
  })
  it('gives the last point between two times, and when it was', async () => {
    const url = `${server.url}/query?db=shop&epoch=ms&q=${encodeURIComponent('SELECT p95 FROM latency WHERE time >= ')}{{from:ms}}ms`
    const rows = 'results.0.series.0.values.last'
    const read = await readJson({ url, path: `${rows}.1`, timestamp: `${rows}.0`, looksBack: '5m' })
    expect(read).toMatchObject({ is: 'value', value: 0.25, at: expect.any(Number) })
    expect(Date.now() - (read.at ?? 0)).toBeGreaterThanOrEqual(MINUTE)
  })
  it.each([
    ['nothing was measured in that time', 'SELECT p95 FROM old WHERE time > now() - 5m', 'shop', 'nothing is at'],
    ['a measurement that is not there', 'SELECT p95 FROM latencies', 'shop', 'nothing is at'],
    ['a database that is not there', 'SELECT p95 FROM latency', 'shpo', 'nothing is at'],
    ['a query it does not understand', 'SELECT FROM', 'shop', 'the document answered 400'],
  ])('is no number: %s', async (_, query, db, says) => {
    await expect(readJson({ url: ask(query, db), path: 'results.0.series.0.values.last.1' })).rejects.toThrow(says)
  })
})

describe.skipIf(!hasGraphite())('a real Graphite (Debian package graphite-web)', () => {
  let server: Server
  beforeAll(async () => {
    server = await startGraphite({ errors: { value: 0.02, age: 40 }, stopped: { value: 0.02, age: 600 } })
  })
  afterAll(async () => server.close())
  const given = (target: string, more: object = {}) => ({
    url: `${server.url}/render?target=shop.${target}&from={{from}}&until={{to}}&format=json`,
    path: '0.datapoints.last.0',
    timestamp: '0.datapoints.last.1',
    looksBack: '5m',
    ...more,
  })

  it('gives the last point that is not empty, and is as old as that one', async () => {
    const read = await readJson(given('errors'))
    expect(read).toMatchObject({ is: 'value', value: 0.02 })
    expect(Date.now() - (read.at ?? 0)).toBeGreaterThanOrEqual(30_000)
  })
  it('says the same by a JSONPath', async () => {
    const paths = { path: '$[0].datapoints[*][0]', timestamp: '$[0].datapoints[*][1]', pick: 'last' }
    const [dotted, selected] = await Promise.all([readJson(given('errors')), readJson(given('errors', paths))])
    expect(selected).toEqual(dotted)
  })
  it.each([
    ['a series that nobody writes any more', 'stopped'],
    ['a series that is not there', 'nothing'],
  ])('is no number: %s', async (_, target) => {
    await expect(readJson(given(target))).rejects.toThrow(/(nothing|no time) is at 0\.datapoints\.last/)
  })
})

describe.skipIf(!hasVictoria())('a real VictoriaMetrics (Debian package victoria-metrics)', () => {
  let server: Server
  beforeAll(async () => {
    server = await startVictoria()
    const now = Date.now()
    const lines = [
      `http_requests_total{code="200",pod="a"} 900 ${now - 10_000}`,
      `http_requests_total{code="500",pod="a"} 9 ${now - 10_000}`,
      `late_total{code="200"} 900 ${now - 4 * MINUTE}`,
      `late_total{code="500"} 9 ${now - 4 * MINUTE}`,
    ]
    const answer = await fetch(`${server.url}/api/v1/import/prometheus`, { method: 'POST', body: `${lines.join('\n')}\n` })
    expect(answer.status).toBe(204)
    await fetch(`${server.url}/internal/force_flush`)
    const ratio = { bad: 'http_requests_total{code=~"5.."}', total: 'http_requests_total' }
    await vi.waitFor(async () => read({ ratio }), LIMITS.wait)
  })
  afterAll(async () => server.close())
  const read = async (options: object): Promise<Measured> =>
    prometheus.read(await checked(prometheus, { url: server.url, ...options }), lend('/'))
  const total = (found: Measured, side: 'bad' | 'total'): number | undefined =>
    found.is === 'ratio' ? Object.values(found[side]).reduce((all, each) => all + each, 0) : undefined

  it('gives both sides of a ratio', async () => {
    const found = await read({ ratio: { bad: 'http_requests_total{code=~"5.."}', total: 'http_requests_total' } })
    expect([total(found, 'bad'), total(found, 'total')]).toEqual([9, 909])
  })
  it('gives what is old as old as it is', async () => {
    const found = await read({ ratio: { bad: 'late_total{code=~"5.."}', total: 'late_total' } })
    expect(Date.now() - (found.at ?? 0)).toBeGreaterThanOrEqual(4 * MINUTE)
  })
  it.each([
    ['a label that is not there', { bad: 'http_requests_total{status=~"5.."}', total: 'http_requests_total' }, 'status'],
    ['a metric that is not there', { bad: 'http_errors_total', total: 'http_requests_total' }, 'http_errors_total'],
    ['a total that is not there', { bad: 'http_requests_total{code=~"5.."}', total: 'http_request_total' }, 'matches no series'],
  ])('is no zero: %s', async (_, ratio, says) => {
    await expect(read({ ratio })).rejects.toThrow(says)
  })
})
