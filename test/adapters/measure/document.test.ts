import { describe, expect, it } from 'vitest'
import { instantAt, numberAt, valueAtPath } from '../../../src/adapters/measure/document.ts'
import { readOnce } from '../../helpers/metrics.ts'

it.each([
  ['a.b.0', 1],
  ['/a/b/0', 1],
  ['/x~1y', 2],
  ['/~01', 3],
  ['a.constructor', undefined],
])('%s is %s', (path, value) => {
  expect(valueAtPath({ a: { b: [1] }, 'x/y': 2, '~1': 3 }, path)).toBe(value)
})

it.each([
  [' 0.5 ', 0.5],
  ['-1e3', -1000],
  ['NaN', Number.NaN],
  ['+Inf', Infinity],
])('the text %j is the number %s', (text, number) => {
  expect(numberAt({ v: text }, 'v')).toBe(number)
})

describe('a time', () => {
  it.each([
    [1_700_000_000, 1.7e12],
    [1_700_000_000_000, 1.7e12],
    ['1700000000', 1.7e12],
    ['2023-11-14T22:13:20Z', 1.7e12],
    ['2023-11-14T23:13:20.000+01:00', 1.7e12],
  ])('%j', (written, at) => {
    expect(instantAt({ at: written }, 'at')).toBe(at)
  })

  it.each(['', null, true, 'yesterday', 'foo 1', '2023-11-14T22:13:20', '2023-99-14T22:13:20Z', [1]])('%j is none', (written) => {
    expect(() => instantAt({ at: written }, 'at')).toThrow(/time/)
  })
})

describe('a command', () => {
  const print = (text: string): object & { use: string; run: string[] } => ({ use: 'command', run: ['printf', '%s', text] })
  it.each<readonly [string, object]>([
    ['0.25\n', { is: 'value', value: 0.25 }],
    ['{"value": 1, "samples": 20, "timestamp": 1700000000}', { is: 'value', value: 1, samples: 20, at: 1.7e12 }],
    ['', { is: 'missing', reason: 'empty' }],
    ['1\n2', { is: 'missing', reason: 'malformed' }],
    ['nan', { is: 'missing', reason: 'not-finite' }],
    ['{"value": 1, "samples": -1}', { is: 'missing', reason: 'not-finite' }],
  ])('that prints %j', async (text, reading) => {
    expect(await readOnce(print(text), {}, { PATH: process.env['PATH'] ?? '' })).toMatchObject(reading)
  })
})

it('a reference that nothing answers is an error, not an empty text', async () => {
  await expect(readOnce({ use: 'json', url: 'http://127.0.0.1:1/', path: '${NOWHERE}x' })).rejects.toThrow('NOWHERE is not set')
})
