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
])('%s looks back %i ms', (query, range) => expect(rangeIn(query)).toBe(range))
