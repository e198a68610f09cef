import { describe, expect, it } from 'vitest'
import { adviseQuery } from '../../../src/adapters/measure/advise-query.ts'

describe('a division whose numerator can be empty', () => {
  it.each([
    [
      'sum(rate(http_requests_total{status=~"5.."}[5m])) / sum(rate(http_requests_total[5m]))',
      '(sum(rate(http_requests_total{status=~"5.."}[5m])) or vector(0)) / sum(rate(http_requests_total[5m]))',
    ],
    [
      'sum(rate(errors_total[1m]))/sum(rate(requests_total[1m]))',
      '(sum(rate(errors_total[1m])) or vector(0)) /sum(rate(requests_total[1m]))',
    ],
    ['100 * (sum(rate(r{code="500"}[1m])) / sum(rate(r[1m])))', '100 * ((sum(rate(r{code="500"}[1m])) or vector(0)) / sum(rate(r[1m])))'],
    ['100 * sum(r{code="500"}) / sum(r)', '100 * (sum(r{code="500"}) or vector(0)) / sum(r)'],
    [
      'clamp_max(sum(r{path="/a/b",code="500"}) / sum(r{path="/a/b"}), 1)',
      'clamp_max((sum(r{path="/a/b",code="500"}) or vector(0)) / sum(r{path="/a/b"}), 1)',
    ],
    ["sum(r{code='500'}) / sum(r)", "(sum(r{code='500'}) or vector(0)) / sum(r)"],
  ])('%s', (query, advice) => {
    expect(adviseQuery(query)).toBe(advice)
    expect(adviseQuery(advice)).toBeUndefined()
  })

  it.each([
    'up',
    '',
    '/',
    '((((/',
    'sum(rate(x_seconds_sum{job="a"}[5m])) / sum(rate(x_seconds_count{job="a"}[5m]))',
    '(sum(rate(r{status=~"5.."}[5m])) or vector(0)) / sum(rate(r[5m]))',
    'sum(r{path="/checkout/pay"})',
    'sum(r{path="/errors/new"})',
    'node_memory_used / 1024 / 1024',
    '1 / 3',
    'errors_total / errors_total',
  ])('is not seen in %s', (query) => {
    expect(adviseQuery(query)).toBeUndefined()
  })
})
