import { expect, it } from 'vitest'
import { rangeIn } from '../../../src/adapters/measure/range.ts'

const MINUTE = 60_000

it.each([
  ['up', 0],
  ['rate(x_total[5m])', 5 * MINUTE],
  ['rate(a[1m]) / rate(b[ 1h30m ])', 90 * MINUTE],
  ['rate(x[5m] offset 10m)', 15 * MINUTE],
  ['max_over_time(rate(x[5m])[1h:1m])', 65 * MINUTE],
  ['max_over_time(x[30m:])', 30 * MINUTE],
  ['rate(x{path="/a[9h]"}[5m])', 5 * MINUTE],
  ['increase(x[1y])', 365 * 24 * 60 * MINUTE],
  ['rate(x[$interval])', 0],
  ['rate(x[5m0s])', 5 * MINUTE],
  ['rate(x[300])', 5 * MINUTE],
  ['rate(x[1w2d3h4m5s6ms])', 788_645_006],
  ['rate(x[5m])  # not [9h]', 5 * MINUTE],
  ['rate(x # [9h]\n[5m])', 5 * MINUTE],
  ['rate(x[5m] offset -2m)', 3 * MINUTE],
  ['x offset -2m', 0],
  ['x offset - 1h30m + y offset 1m30s', 90_000],
  ['rate(x[5m]) / rate(x[5m] offset 1w)', (7 * 24 * 60 + 5) * MINUTE],
  // Each path for itself: the longest range is not the one that is moved.
  ['rate(x[1h]) + rate(x[5m] offset 10m)', 60 * MINUTE],
  ['avg_over_time(max_over_time(rate(x[5m])[1h:1m])[1d:1h])', (24 * 60 + 65) * MINUTE],
  ['max_over_time((x offset 5m)[1h:])', 65 * MINUTE],
  ['max_over_time(x[1h:1m] offset 1h)', 120 * MINUTE],
  ['rate(x[5m] @ end())', 5 * MINUTE],
  ['rate(x[5m] @ 1700000000)', 0],
  ['rate({"http.requests", path="/a[9h]"}[5m])', 5 * MINUTE],
  ['rate(x[2m + 3m])', 5 * MINUTE],
  ['rate(x[2 * 5m])', 10 * MINUTE],
  ['rate(x[1h / 2])', 30 * MINUTE],
  ['time()', 0],
  ['', 0],
])('%s looks back %i ms', (query, range) => expect(rangeIn(query)).toBe(range))
