import { expect, it } from 'vitest'
import { readOnce } from '../../helpers/metrics.ts'
import { serve } from '../../helpers/shell.ts'

const SCRAPE = `# TYPE x counter
r{s="200"} 90 1700000000000
r{s="500"} 9 1600000000000
n 5
d_bucket{le="1.0"} 3
d_bucket{le="+Inf"} 4
e_bucket{le="1"} 3
f_bucket{le="x"} 3
g_bucket{le="1"} 3
g_bucket{le="1.0"} 30
g_bucket{le="+Inf"} 40
bad NaN
push_time_seconds 1.5e9
`
const ratio = { bad: 'r{s="500"}', total: 'r{s="200"}' }

it.each<readonly [string, object, object]>([
  ['a ratio, as old as its older side', { ratio }, { is: 'ratio', bad: { 'r{s="500"}': 9 }, at: 1.6e12 }],
  ['a ratio without errors', { ratio: { bad: 'x', total: 'n' } }, { is: 'ratio', bad: {}, total: { 'n{}': 5 } }],
  ['a ratio of nothing', { ratio: { bad: 'n', total: 'x' } }, { is: 'missing', reason: 'empty', detail: 'x matches no series' }],
  ['a ratio with NaN errors', { ratio: { bad: 'bad', total: 'n' } }, { is: 'missing', reason: 'not-finite' }],
  [
    'a quantile',
    { quantile: { of: 'd', q: 0.9 } },
    { is: 'quantile', quantile: 0.9, buckets: { 1: { 'd_bucket{}': 3 }, '+Inf': { 'd_bucket{}': 4 } } },
  ],
  [
    'a ratio in two groups',
    { ratio: { bad: 'r{s="500"}', total: 'r' }, on: 's="500"', off: 's!="500"' },
    {
      is: 'ratio',
      groups: {
        on: { bad: { 'r{s="500"}': 9 }, total: { 'r{s="500"}': 9 } },
        off: { bad: {}, total: { 'r{s="200"}': 90 } },
      },
    },
  ],
  [
    'a quantile in two groups',
    { quantile: { of: 'd', q: 0.9 }, on: 'v="new"', off: 'v=""' },
    { is: 'quantile', groups: { on: {}, off: { 1: { 'd_bucket{}': 3 }, '+Inf': { 'd_bucket{}': 4 } } } },
  ],
  ['a quantile without +Inf', { quantile: { of: 'e', q: 0.9 } }, { is: 'missing', reason: 'malformed' }],
  ['a quantile with a bound that is none', { quantile: { of: 'f', q: 0.9 } }, { is: 'missing', reason: 'malformed' }],
  [
    'a quantile with one bound in two spellings',
    { quantile: { of: 'g', q: 0.9 } },
    { is: 'missing', reason: 'malformed', detail: 'g has the same bucket up to 1 twice' },
  ],
  ['a gauge', { value: 'n' }, { is: 'value', value: 5 }],
  ['two gauges', { value: 'r' }, { is: 'missing', reason: 'several' }],
  ['what a Pushgateway keeps', { value: 'n', sampledAt: 'push_time_seconds' }, { is: 'value', value: 5, at: 1.5e12 }],
])('%s', async (_what, options, reading) => {
  const url = await serve((_, response) => response.end(SCRAPE))
  expect(await readOnce({ use: 'openmetrics', url, ...options })).toMatchObject(reading)
})

it('a page that ends within a line is whole only where its length was told', async () => {
  const page = 'r{s="200"} 2000\nr{s="500"} 1300'
  const given = { use: 'openmetrics', ratio: { bad: 'r{s="500"}', total: 'r' } }
  const read = async (text: string, isTold: boolean) =>
    readOnce({ ...given, url: await serve((_, response) => (isTold ? response : (response.flushHeaders(), response)).end(text)) })
  expect(await read(page, true)).toMatchObject({ bad: { 'r{s="500"}': 1300 } })
  expect(await read(`${page}\n`, false)).toMatchObject({ bad: { 'r{s="500"}': 1300 } })
  // As nginx hands on in chunks what ended with the connection to its application.
  expect(await read(page.slice(0, -3), false)).toMatchObject({ is: 'missing', reason: 'malformed' })
})
