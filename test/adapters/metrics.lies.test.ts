import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { checkAge } from '../../src/core/judge/fresh.ts'
import { planOf, readOnce } from '../helpers/metrics.ts'
import { serve } from '../helpers/shell.ts'

/*
 * Answers that look like evidence and are none. Each is missing for its own reason: nothing of it is ever healthy.
 */

const NOW = Date.now()
const seconds = Math.floor(NOW / 1000)

interface Answer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
}
type Options = Parameters<typeof planOf>[0]
type Lie = readonly [what: string, options: Options, answer: Answer | ((url: URL) => Answer), reason: string, detail?: string]

const json = (value: unknown, more: Omit<Answer, 'body'> = {}): Answer => ({ ...more, body: JSON.stringify(value) })
const LOGIN = '<!doctype html><html><title>Sign in</title></html>'
const HTML: Answer = { body: LOGIN, headers: { 'content-type': 'text/html' } }
const toLogin = ({ pathname }: URL): Answer => (pathname === '/login' ? HTML : { status: 302, headers: { location: '/login' } })
const GARBAGE: Answer = { body: Buffer.from('not gzip at all'), headers: { 'content-encoding': 'gzip' } }

const query = { use: 'prometheus', query: 'q' }
const ratio = { use: 'prometheus', ratio: { bad: 'b{code="500"}', total: 't' } }
const quantile = { use: 'prometheus', quantile: { of: 'd', q: 0.9 } }
const success = (data: unknown, more: object = {}): Answer => json({ status: 'success', data, ...more })
const vector = (...result: readonly object[]): Answer => success({ resultType: 'vector', result })
const one = (value: unknown, metric: object = {}, at: unknown = seconds): object => ({ metric, value: [at, value] })
/** A number that is fine, whose time is this. */
const at = (time: number) => (url: URL) => vector(one(url.searchParams.get('query')?.includes('timestamp') === true ? String(time) : '0'))

const PROMETHEUS: readonly Lie[] = [
  ['HTML with 200', query, HTML, 'malformed', 'not that of a Prometheus API'],
  ['a redirect to a login page', query, toLogin, 'malformed', 'not that of a Prometheus API'],
  ['nothing', query, { body: '' }, 'empty', 'Prometheus answered with nothing'],
  ['blanks', query, { body: ' \n' }, 'empty', 'Prometheus answered with nothing'],
  ['204', query, { status: 204 }, 'unreachable', 'Prometheus answered 204'],
  ['half of a document', query, { body: '{"status":"success","data":{"resultType":"vector","result":[{"metric"' }, 'malformed'],
  ['gzip that is none', query, GARBAGE, 'malformed'],
  [
    'gzip that is cut',
    query,
    { body: gzipSync('{"status":"success"}').subarray(0, 18), headers: { 'content-encoding': 'gzip' } },
    'malformed',
  ],
  ['success with null', query, success(null), 'malformed', 'not that of a Prometheus API'],
  ['success without data', query, json({ status: 'success' }), 'malformed'],
  ['success with an error in it', query, json({ status: 'error', error: 'boom' }), 'malformed', 'Prometheus says: boom'],
  ['a status nobody knows', query, json({ status: 'ok', data: { resultType: 'vector', result: [one('0')] } }), 'malformed'],
  ['a result type nobody knows', query, success({ resultType: 'streams', result: [] }), 'malformed'],
  ['a matrix', query, success({ resultType: 'matrix', result: [] }), 'malformed', 'the query gives a matrix'],
  ['a string', query, success({ resultType: 'string', result: [seconds, '0'] }), 'malformed', 'the query gives a string'],
  ['an empty result', query, vector(), 'empty', 'the query matches no series'],
  ['null for a result', query, success({ resultType: 'vector', result: null }), 'malformed'],
  ['two series', query, vector(one('0', { a: '1' }), one('0', { a: '2' })), 'several'],
  ['NaN', query, vector(one('NaN')), 'not-finite'],
  ['infinity', query, vector(one('-Inf')), 'not-finite'],
  ['an empty string', query, vector(one('')), 'not-finite'],
  ['a word', query, vector(one('none')), 'not-finite'],
  ['a number that is no string', query, vector(one(0)), 'malformed'],
  ['a time that is a string', query, vector(one('0', {}, String(seconds))), 'malformed'],
  ['a native histogram', query, vector({ metric: {}, histogram: [seconds, { count: '1' }] }), 'malformed', 'native histogram'],
  ['what is partial', query, success({ resultType: 'vector', result: [one('0')] }, { isPartial: true }), 'partial'],
  ['a warning', query, success({ resultType: 'vector', result: [one('0')] }, { warnings: ['store gone'] }), 'partial', 'store gone'],
  ['a warning that is no list', query, success({ resultType: 'vector', result: [one('0')] }, { warnings: 'store gone' }), 'malformed'],
  ['a good document with 503', query, { ...vector(one('0')), status: 503 }, 'unreachable', 'Prometheus answered 503'],
  ['a good document with 203 of a proxy', query, { ...vector(one('0')), status: 203 }, 'unreachable'],
  ['an old sample', query, at(seconds - 600), 'stale'],
  ['a sample of the future', query, at(seconds + 3600), 'future'],
  ['a sample in milliseconds', query, at(NOW), 'future'],
  ['a negative counter', ratio, vector(one('-1', { __name__: 't' })), 'impossible'],
  ['the same series twice', ratio, vector(one('5', { a: '1' }), one('9', { a: '1' })), 'malformed', 'the answer has the same series twice'],
  ['counters that a rule recorded', ratio, vector(one('5', { __name__: 'job:t:sum' })), 'malformed', 'recording rule'],
  ['a total of nothing', ratio, vector(), 'empty', 'the query for the total matches no series'],
  [
    'series of neither group',
    { use: 'prometheus', ratio: { bad: 't', total: 't' }, on: 'togle="on"', off: 'togle="off"' },
    vector(one('5', { __name__: 't', toggle: 'on' })),
    'empty',
    'neither on: togle="on" nor off: togle="off" selects any of the 1 series; their labels: toggle',
  ],
  [
    'buckets of neither group',
    { ...quantile, on: 'togle="on"', off: 'togle="off"' },
    vector(one('5', { toggle: 'on', le: '+Inf' })),
    'empty',
    'neither on: togle="on"',
  ],
  ['buckets without +Inf', quantile, vector(one('1', { le: '1' })), 'malformed', 'no +Inf bucket'],
  ['buckets without bounds', quantile, vector(one('1', { a: '1' })), 'empty', 'matches no buckets'],
  [
    'the same bucket in two spellings',
    quantile,
    vector(one('1', { le: '1' }), one('2', { le: '1.0' }), one('3', { le: '+Inf' })),
    'malformed',
  ],
]

const rules = (over: object = {}): Answer => {
  const rule = { name: 'High', type: 'alerting', state: 'inactive', health: 'ok', alerts: [], lastEvaluation: new Date(NOW).toISOString() }
  return success({ groups: [{ interval: 30, rules: [{ ...rule, ...over }] }] })
}
const ruled = { use: 'alerts', of: 'prometheus' }
const manager = { use: 'alerts' }
const ALERTS: readonly Lie[] = [
  ['HTML with 200', ruled, HTML, 'malformed', 'HTML, not JSON'],
  ['a redirect to a login page', manager, toLogin, 'malformed', 'HTML, not JSON'],
  ['nothing', manager, { body: '' }, 'empty'],
  ['204', manager, { status: 204 }, 'unreachable', 'alertmanager answered 204'],
  ['half of a list', manager, { body: '[{"labels":{}},' }, 'malformed'],
  ['null', manager, json(null), 'malformed'],
  ['an object', manager, json({ data: [] }), 'malformed'],
  ['alerts without labels', manager, json([{}]), 'malformed'],
  ['gzip that is none', ruled, GARBAGE, 'malformed'],
  ['no alert, out of a cache', manager, json([], { headers: { age: '600' } }), 'stale'],
  ['quiet rules, out of a cache', ruled, { ...rules(), headers: { age: '6000' } }, 'stale', 'evaluated no more'],
  ['rules without data', ruled, success(null), 'malformed'],
  ['rules of some stores', ruled, json({ status: 'success', warnings: ['store gone'], data: { groups: [] } }), 'partial'],
  ['no rules', ruled, success({ groups: [] }), 'empty'],
  ['a rule that records', ruled, rules({ type: 'recording' }), 'empty'],
  ['a rule in error', ruled, rules({ health: 'err' }), 'malformed'],
  ['a rule that stands still', ruled, rules({ lastEvaluation: new Date(NOW - 3_600_000).toISOString() }), 'stale'],
  ['an alert in a state nobody knows', ruled, rules({ alerts: [{ labels: {}, state: 'smoulders' }] }), 'malformed'],
]

const scraped = { use: 'openmetrics', value: 'm' }
const page = (body: string, headers: Readonly<Record<string, string>> = {}): Answer => ({ body, headers })
const OPENMETRICS: readonly Lie[] = [
  ['HTML with 200', scraped, HTML, 'malformed', 'the answer is HTML, not metrics'],
  ['a redirect to a login page', scraped, toLogin, 'malformed', 'the answer is HTML, not metrics'],
  ['nothing', scraped, page(''), 'empty', 'the scrape is empty'],
  ['204', scraped, { status: 204 }, 'unreachable'],
  ['comments alone', scraped, page('# TYPE m gauge\n'), 'empty', 'm matches no series'],
  ['JSON', scraped, json({ m: 0 }), 'malformed'],
  ['gzip that is none', scraped, GARBAGE, 'malformed'],
  ['NaN', scraped, page('m NaN\n'), 'not-finite'],
  ['a word', scraped, page('m none\n'), 'malformed'],
  ['two series', scraped, page('m{a="1"} 0\nm{a="2"} 0\n'), 'several'],
  ['the same series twice', scraped, page('m 0\nm 1\n'), 'malformed', 'repeats the series'],
  ['OpenMetrics that is cut off', scraped, page('m 0\n', { 'content-type': 'application/openmetrics-text' }), 'malformed', 'cut off'],
  ['an old sample', scraped, page(`m 0 ${NOW - 600_000}\n`), 'stale'],
  ['a sample of the future', scraped, page(`m 0 ${NOW + 3_600_000}\n`), 'future'],
  ['a page out of a cache', scraped, page('m 0\n', { age: '600' }), 'stale'],
  ['a page out of two caches', scraped, page('m 0\n', { age: '600, 0' }), 'stale'],
  ['what was pushed long ago', scraped, page('push_time_seconds{job="a"} 1600000000\nm{job="a"} 0\n'), 'stale'],
  ['a negative counter', { use: 'openmetrics', ratio: { bad: 'm', total: 'm' } }, page('m -1\n'), 'impossible'],
  [
    'series of neither group',
    { use: 'openmetrics', ratio: { bad: 'm', total: 'm' }, on: 'togle="on"', off: 'togle="off"' },
    page('m{toggle="on"} 9\n'),
    'empty',
    'neither on: togle="on"',
  ],
  [
    'a label nobody has',
    { use: 'openmetrics', ratio: { bad: 'm{statuz="500"}', total: 'm' } },
    page('m{code="200"} 9\n'),
    'empty',
    'statuz',
  ],
]

const DOCUMENTS: readonly Lie[] = [
  ['a document out of a cache', { use: 'json', path: 'errors' }, json({ errors: 0 }, { headers: { age: '600' } }), 'stale'],
  ['counts out of a cache', { use: 'json', ratio: { bad: 'b', total: 't' } }, json({ b: 0, t: 9 }, { headers: { age: '600' } }), 'stale'],
  ['ratings out of a cache', { use: 'feedback', ratio: { below: 3 } }, json([{ rating: 5 }], { headers: { age: '600' } }), 'stale'],
]

const refusal = (status: number, errorType: string, error: string): Answer => json({ status: 'error', errorType, error }, { status })
const unavailable = 'fetch series for {store="a"}: rpc error: code = Unavailable desc = connection refused'
const found = { resultType: 'vector', result: [one('0')] }

/**
 * A stand-in with the documented answers of what is not installed here: Thanos (components/query.md, partial response), Mimir
 * and Cortex (references/http-api, configure/about-tenant-ids, runbooks), VictoriaMetrics as a cluster, and Grafana's rules API.
 */
const DIALECTS: readonly Lie[] = [
  ['Thanos, of whose stores one is down', query, success(found, { warnings: [unavailable] }), 'partial', 'connection refused'],
  ['Thanos, of whose stores one is down, for the total', ratio, success(found, { warnings: [unavailable] }), 'partial', 'incomplete'],
  ['Thanos without a store', query, success({ ...found, result: [] }, { warnings: ['No StoreAPIs matched for this query'] }), 'partial'],
  ['Thanos that denies partial answers', query, refusal(422, 'execution', unavailable), 'malformed', 'connection refused'],
  ['Thanos that ran out of time', query, refusal(503, 'timeout', 'query timed out in query execution'), 'unreachable', 'timed out'],
  ['the rules of a Thanos whose ruler is down', ruled, success({ groups: [] }, { warnings: [unavailable] }), 'partial'],
  ['Mimir that was told no tenant', query, { status: 401, body: 'no org id\n' }, 'unreachable', 'no org id; headers: { X-Scope-OrgID'],
  ['the rules of a Mimir that was told no tenant', ruled, { status: 401, body: 'no org id\n' }, 'unreachable', 'X-Scope-OrgID'],
  ['Mimir of another tenant, which has nothing', ratio, vector(), 'empty', 'the query for the total matches no series'],
  [
    'Mimir over its limits',
    query,
    refusal(422, 'execution', 'the query exceeded the maximum number of series (err-mimir-max-series-per-query)'),
    'malformed',
    'err-mimir-max-series-per-query',
  ],
  ['Mimir without its ingesters', query, refusal(500, 'internal', 'too many unhealthy instances in the ring'), 'unreachable', 'unhealthy'],
  ['Mimir with too many queries', query, refusal(429, 'too_many_requests', 'too many outstanding requests'), 'unreachable', 'outstanding'],
  ['Cortex behind a gateway', query, { status: 502, body: '<html>502 Bad Gateway</html>' }, 'unreachable', 'Prometheus answered 502'],
  ['a VictoriaMetrics of whose storages one is down', query, json({ status: 'success', isPartial: true, data: found }), 'partial'],
  [
    'a VictoriaMetrics whose storages are all down',
    query,
    refusal(503, '503', 'cannot fetch query results'),
    'unreachable',
    'cannot fetch',
  ],
  ['Grafana, of whose rules one has no data', ruled, rules({ health: 'nodata' }), 'empty', 'is not evaluated'],
  ['Grafana, normal for want of data', ruled, rules({ alerts: [{ labels: {}, state: 'Normal (NoData)' }] }), 'malformed', 'nobody knows'],
  ['Grafana, in error', ruled, rules({ alerts: [{ labels: {}, state: 'Error' }] }), 'malformed', 'nobody knows'],
  ['Grafana, paused', ruled, rules({ isPaused: true }), 'empty', 'is paused'],
  ['Grafana, of whose rules only a page came', ruled, success({ groups: [], groupNextToken: 'x' }), 'partial', 'only some'],
  ['Grafana that wants a login', ruled, json({ message: 'Unauthorized' }, { status: 401 }), 'unreachable', 'Unauthorized'],
  ['vmalert that only records', ruled, rules({ type: 'recording', state: 'ok' }), 'empty', 'no alerting rule'],
  ['vmalert whose store is gone', ruled, rules({ health: 'err', lastError: 'connection refused' }), 'malformed', 'connection refused'],
  ['vmalert that has not begun', ruled, rules({ lastEvaluation: '0001-01-01T00:00:00Z' }), 'stale', 'evaluated no more'],
  ['rules that do not say when they were evaluated', ruled, rules({ lastEvaluation: undefined }), 'stale', 'does not say when'],
]

describe.each<readonly [string, readonly Lie[]]>([
  ['a stand-in', DIALECTS],
  ['a document', DOCUMENTS],
  ['a Prometheus', PROMETHEUS],
  ['alerts', ALERTS],
  ['a scrape', OPENMETRICS],
])('%s that answers with', (_of, lies) => {
  for (const [what, options, answer, reason, detail = ''] of lies) {
    it(what, async () => {
      const url = await serve((request, response) => {
        const asked = new URL(request.url ?? '', 'http://x')
        const { status = 200, headers = {}, body = '' } = typeof answer === 'function' ? answer(asked) : answer
        response.writeHead(status, headers)
        response.end(body)
      })
      const reading = checkAge(planOf(options).metrics.m, await readOnce({ ...options, url }), NOW)
      expect(reading).toMatchObject({ is: 'missing', reason, detail: expect.stringContaining(detail) as string })
    })
  }
})
