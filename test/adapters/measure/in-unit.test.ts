import { describe, expect, it } from 'vitest'
import type { Metric } from '../../../src/core/plan/metric.ts'
import { parseRule } from '../../../src/core/values/parse-rule.ts'
import { inUnit } from '../../../src/adapters/measure/in-unit.ts'
import { openMetrics } from '../../../src/adapters/open.ts'
import { lend } from '../../helpers/loan.ts'
import { planOf, readOnce } from '../../helpers/metrics.ts'
import { serve } from '../../helpers/shell.ts'

/** Rules of a metric that are written so: `success`, then `critical`. */
function rules(success: string, critical: string): Partial<Metric> {
  const [met, harm] = [success, critical].map(parseRule)
  return { ...(met && { success: met }), ...(harm && { critical: { when: harm, for: 0 } }) }
}

describe('a number that rules in percent are about', () => {
  it.each<readonly [number, Metric['unit'], Partial<Metric>, object]>([
    [25, 'percent', rules('< 30%', '> 50%'), { is: 'value', value: 0.25 }],
    [0.25, undefined, rules('< 30%', '> 50%'), { is: 'value', value: 0.25 }],
    [1, undefined, rules('< 30%', '> 50%'), { is: 'value', value: 1 }],
    [0.25, 'share', rules('< 30%', '> 50%'), { is: 'value', value: 0.25 }],
    [0.25, 'percent', rules('< 30%', '> 50%'), { is: 'value', value: 0.0025 }],
    [0.7, 'percent', rules('< 0.7%', '> 50%'), { is: 'value', value: 0.007 }],
    [
      25,
      undefined,
      rules('< 30%', '> 50%'),
      { is: 'missing', reason: 'impossible', detail: '25 is no share of 1: unit: percent reads it as a percentage' },
    ],
    [1.01, 'share', rules('< 30%', '> 50%'), { is: 'missing', reason: 'impossible' }],
    [101, 'percent', rules('< 30%', '> 50%'), { is: 'missing', reason: 'impossible', detail: '101 percent is more than all' }],
    // A load may be more than one, where its rules know of that.
    [1.7, undefined, rules('< 80%', '> 150%'), { is: 'value', value: 1.7 }],
    [25, undefined, rules('< 30', '> 50'), { is: 'value', value: 25 }],
    [25, undefined, {}, { is: 'value', value: 25 }],
    // Below zero is neither a share nor a time; a difference may be.
    [
      -1,
      undefined,
      rules('< 1%', '> 5%'),
      { is: 'missing', reason: 'impossible', detail: '-1 is no share: a difference has rules without a unit' },
    ],
    [-1, undefined, rules('< 800ms', '> 2s'), { is: 'missing', reason: 'impossible' }],
    [-1, undefined, rules('< 1', '> 5'), { is: 'value', value: -1 }],
    [-0.01, undefined, rules('< 1%', '< -5%'), { is: 'value', value: -0.01 }],
    [250, 'ms', rules('< 800ms', '> 2s'), { is: 'value', value: 0.25 }],
    [0.25, undefined, rules('< 800ms', '> 2s'), { is: 'value', value: 0.25 }],
  ])('%s with unit %s and %j', async (value, unit, over, reading) => {
    const url = await serve((_, response) => response.end(JSON.stringify({ value })))
    expect(await readOnce({ use: 'json', url, path: 'value' }, { ...over, ...(unit && { unit }) })).toMatchObject(reading)
  })

  it('is the bound of a bucket too', async () => {
    const page = 'ms_bucket{le="100"} 90\nms_bucket{le="2500"} 100\nms_bucket{le="+Inf"} 100\n'
    const url = await serve((_, response) => response.end(page))
    const found = await readOnce(
      { use: 'openmetrics', url, quantile: { of: 'ms', q: 0.95 } },
      { unit: 'ms', measures: { what: 'latency', groups: 1, quantile: 0.95 }, ...rules('< 800ms', '> 2s') },
    )
    expect(found.is === 'quantile' && Object.keys(found.buckets)).toEqual(['0.1', '2.5', '+Inf'])
  })

  it('is the bound of a bucket of either group', () => {
    const buckets = { '100': { a: 9 }, '+Inf': { a: 10 } }
    const measured = { is: 'quantile', quantile: 0.95, buckets, groups: { on: buckets, off: buckets } } as const
    const inSeconds = { '0.1': { a: 9 }, '+Inf': { a: 10 } }
    expect(inUnit(measured, { unit: 'ms', ...rules('< 800ms', '> 2s') })).toEqual({
      ...measured,
      buckets: inSeconds,
      groups: { on: inSeconds, off: inSeconds },
    })
  })

  const PROM = ['0.005', '0.1', '1', '10']
  const OTEL = ['0', '5', '100', '1000', '10000']
  it.each<readonly [readonly string[], Metric['unit'], Partial<Metric>, string | undefined]>([
    [OTEL, undefined, rules('< 800ms', '> 2s'), 'no rule falls into buckets from 5 to 10000 s: unit: ms reads them as milliseconds'],
    [OTEL, undefined, rules('< 10ms', '> 8s'), undefined],
    [OTEL, 'ms', rules('< 800ms', '> 2s'), undefined],
    [PROM, 'ms', rules('< 800ms', '> 2s'), 'no rule falls into buckets from 0.005 to 10 ms: without unit: ms they are seconds'],
    [PROM, undefined, rules('< 800ms', '> 2s'), undefined],
    // A rule that no unit brings in is what it is.
    [PROM, undefined, rules('< 1m', '> 5m'), undefined],
    [['5', '100', '500'], 'ms', rules('< 2s', '> 3s'), undefined],
    [OTEL, undefined, {}, undefined],
    [[], undefined, rules('< 800ms', '> 2s'), undefined],
  ])('with buckets of the other unit is none: %j with unit %s and %j', (bounds, unit, over, refused) => {
    const buckets = Object.fromEntries([...bounds, '+Inf'].map((le) => [le, { a: 10 }]))
    const read = (): unknown => inUnit({ is: 'quantile', quantile: 0.95, buckets }, { ...over, ...(unit && { unit }) })
    if (refused === undefined) expect(read).not.toThrow()
    else expect(read).toThrow(refused)
  })

  it('is no count: of a command that prints counts, rules without % are about nothing that was read', async () => {
    const found = await readOnce({ use: 'command', run: ['echo', '{"bad":500,"total":1000}'] }, rules('< 5', '> 5'))
    expect(found).toMatchObject({
      is: 'missing',
      reason: 'malformed',
      detail: expect.stringContaining('counts are read, and "< 5" is no share'),
    })
  })

  it('is the same in the past', async () => {
    const answer = { status: 'success', data: { resultType: 'matrix', result: [{ metric: {}, values: [[1_700_000_000, '25']] }] } }
    const url = await serve((_, response) => response.end(JSON.stringify(answer)))
    const plan = planOf({ use: 'prometheus', url, query: 'error_percent' }, { unit: 'percent', ...rules('< 30%', '> 50%') })
    const [metric] = await openMetrics(plan, ['m'], lend('/'))
    const found: unknown[] = []
    const past = metric?.history?.({ from: 1.7e12, to: 1.7e12, step: 1000 }, new AbortController().signal) ?? []
    for await (const { reading } of past) found.push(reading)
    expect(found).toMatchObject([{ is: 'value', value: 0.25 }])
  })
})
