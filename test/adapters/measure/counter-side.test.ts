import { describe, expect, it } from 'vitest'
import { readBuckets, readSide } from '../../../src/adapters/measure/counter-side.ts'
import { parseMatchers, strayIn } from '../../../src/adapters/measure/selector.ts'
import openmetrics from '../../../src/adapters/metrics/openmetrics.ts'
import prometheus from '../../../src/adapters/metrics/prometheus.ts'
import { checked } from '../../helpers/loan.ts'

describe('a side of a ratio', () => {
  it.each([
    ['http_requests_total', 'http_requests_total'],
    [' http_requests_total{status=~"5..", job!="a"}  # errors', 'http_requests_total{status=~"5..", job!="a"}'],
    ['((x_total))', 'x_total'],
    ['{"http.server.requests", status="500"}', '{"http.server.requests", status="500"}'],
    ['{__name__="x_total"}', '{__name__="x_total"}'],
    ['{__name__=~"errors_total|timeouts_total"}', '{__name__=~"errors_total|timeouts_total"}'],
    ['x_total{ # why\n a="b" }', 'x_total{ \n a="b" }'],
  ])('%s is read', (query, text) => expect(readSide(query)).toMatchObject({ text }))

  it.each([
    ['sum(rate(x_total{a="b"}[5m]))', 'has sum() in it: ', 'write x_total{a="b"}'],
    ['rate(x_total[5m])', 'has rate() in it: ', 'write x_total'],
    ['irate(x_total[5m])', 'has irate() in it: ', 'write x_total'],
    ['(increase(x_total[1m]))', 'has increase() in it: ', 'write x_total'],
    ['sum by (le) (x)', 'has sum() in it: ', 'write x'],
    ['sum without (pod) (x_total)', 'has sum() in it: ', 'write x_total'],
    ['topk(5, x_total)', 'has topk() in it: ', 'write x_total'],
    ['label_replace(x_total, "a", "b", "c", "d")', 'has label_replace() in it: ', 'write x_total'],
    ['last_over_time(x_total[5m])', 'has last_over_time() in it: ', 'write x_total'],
    ['vector(0)', 'has vector() in it: ', 'write http_requests_total'],
    ['a_total or b_total', 'has "or" in it, which leaves out what has the same labels', 'write a_total'],
    ['errors_total or vector(0)', 'has "or" in it', 'write errors_total'],
    ['a_total - b_total', 'calculates with counters (-)', 'write a_total'],
    ['x_total > 0', 'calculates with counters (>)', 'write x_total'],
    ['x_total and on (job) up', 'calculates with counters (and)', 'write x_total'],
    ['-x_total', 'is no selector', 'write x_total'],
    ['0', 'is no selector', 'write http_requests_total'],
    ['x_total[5m]', 'has a range in it', 'write x_total'],
    ['x_total offset 5m', 'looks at another time', 'write x_total'],
    ['x_total @ 1700000000', 'looks at another time', 'write x_total'],
    ['job:http_errors:sum', 'job:http_errors:sum is what a recording rule makes of counters', 'without sum() or rate()'],
    ['{__name__="job:x:sum"}', 'job:x:sum is what a recording rule', 'without sum()'],
    ['{"job:x:sum"}', 'job:x:sum is what a recording rule', 'without sum()'],
    ['{__name__=~"job:.*"}', 'job:.* is what a recording rule', 'without sum()'],
    ['{status="500"}', 'has no name of a metric', 'http_requests_total'],
    ['{__name__!="x", status="500"}', 'has no name of a metric', 'http_requests_total'],
    ['x_total{a=~"("}', 'has a regular expression or a string', 'http_requests_total'],
    ['x_total{', 'is not PromQL at 1:9', 'http_requests_total'],
    ['x_total\n  y', 'is not PromQL at 2:3', 'http_requests_total'],
    ['', 'is not PromQL at 1:1', 'http_requests_total'],
    ['('.repeat(600), 'is not PromQL at 1:', 'http_requests_total'],
  ])('%s is refused', (query, message, hint) => {
    const side = readSide(query)
    expect(side).toMatchObject({ message: expect.stringContaining(message) as string, hint: expect.stringContaining(hint) as string })
    // What is advised is not refused in turn, and is never a sum.
    const [, advised] = 'hint' in side ? (/^write ([^ ]+)$/.exec(side.hint ?? '') ?? []) : []
    if (advised !== undefined) expect(readSide(advised)).toMatchObject({ text: advised })
  })
})

describe('the buckets of a histogram', () => {
  it.each([
    ['http_seconds', 'http_seconds_bucket'],
    ['http_seconds{job="shop"} # c', 'http_seconds_bucket{job="shop"}'],
    ['{"http.server.request.duration", job="shop"}', '{"http.server.request.duration_bucket", job="shop"}'],
    ['{job="shop", "http.server.request.duration"}', '{job="shop", "http.server.request.duration_bucket"}'],
    ["{'a b'}", "{'a b_bucket'}"],
    ['{job="shop", __name__="http_seconds"}', '{job="shop", __name__="http_seconds_bucket"}'],
  ])('of %s', (of, text) => expect(readBuckets(of)).toMatchObject({ text }))

  it.each([
    ['sum by (le) (http_seconds)', 'has sum() in it'],
    ['rate(http_seconds[5m])', 'has rate() in it'],
    ['{__name__=~"http_.*"}', 'a quantile is read from one histogram'],
    ['http_seconds_bucket', 'is the name of its buckets'],
    ['job:http_seconds:sum', 'is what a recording rule makes of counters'],
  ])('of %s are refused', (of, message) => expect(readBuckets(of)).toMatchObject({ message: expect.stringContaining(message) as string }))
})

describe('a bad side that is no part of the total', () => {
  const stray = (bad: string, total: string): string | undefined => strayIn(parseMatchers(bad) ?? [], parseMatchers(total) ?? [])?.message
  it.each([
    ['t{job="shpo",code="500"}', 't{job="shop"}', 'counts job="shpo", and the total job="shop"'],
    ['e{job="shpo"}', 't{job="shop"}', 'counts job="shpo", and the total job="shop"'],
    ['t{code="500"}', 't{code="200"}', 'counts code="500", and the total code="200"'],
  ])('%s of %s is refused', (bad, total, said) => expect(stray(bad, total)).toContain(said))
  it.each([
    ['t{job="shop",code="500"}', 't{job="shop"}'],
    ['t{code="500"}', 't'],
    ['t{code=~"5.."}', 't{code!="404"}'],
    // Another metric may call something else by that name.
    ['e{kind="http"}', 't{kind="all"}'],
  ])('%s of %s is not', (bad, total) => expect(stray(bad, total)).toBeUndefined())

  it('has its place in a plan', async () => {
    const given = { url: 'http://x/', ratio: { bad: 't{job="shpo"}', total: 't{job="shop"}' } }
    const faults = [
      prometheus.check?.(await checked(prometheus, given), { folder: '/' }),
      openmetrics.check?.(await checked(openmetrics, given), { folder: '/' }),
    ]
    for (const fault of faults) expect(fault).toMatchObject([{ path: ['ratio', 'bad'] }])
  })
  it('is not what a page repeats of another server', async () =>
    expect(checked(openmetrics, { url: 'http://x/federate', ratio: { bad: 'job:e:sum', total: 't' } })).rejects.toThrow('recording rule'))
})
