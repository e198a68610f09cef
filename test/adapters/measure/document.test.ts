import { describe, expect, it } from 'vitest'
import { instantAt, numberAt } from '../../../src/adapters/measure/document.ts'
import { isReadablePath, valueAtPath } from '../../../src/adapters/measure/select.ts'
import command from '../../../src/adapters/metrics/command.ts'
import json from '../../../src/adapters/metrics/json.ts'
import type { MetricAdapter } from '../../../src/core/ports.ts'
import type { Json } from '../../../src/core/values/json.ts'
import { checked } from '../../helpers/loan.ts'
import { readOnce } from '../../helpers/metrics.ts'
import { serve } from '../../helpers/shell.ts'

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
    ['2023-11-14 17:13:20.000000-05', 1.7e12],
    ['2023-11-15T03:43:20+0530', 1.7e12],
  ])('%j', (written, at) => {
    expect(instantAt({ at: written }, 'at')).toBe(at)
  })

  it.each(['', null, true, 'yesterday', 'foo 1', '2023-11-14T22:13:20', '2023-99-14T22:13:20Z', [1]])('%j is none', (written) => {
    expect(() => instantAt({ at: written }, 'at')).toThrow(/time/)
  })
})

const BOTH = '{"on": {"bad": 36, "total": 1200}, "off": {"bad": 6, "total": 9200}}'

describe('a command', () => {
  const print = (text: string): object & { use: string; run: string[] } => ({ use: 'command', run: ['printf', '%s', text] })
  it.each<readonly [string, object]>([
    ['0.25\n', { is: 'value', value: 0.25 }],
    ['{"value": 1, "timestamp": 1700000000}', { is: 'value', value: 1, at: 1.7e12 }],
    ['{"bad": 3, "total": 1000, "timestamp": 1700000000}', { is: 'ratio', bad: { requests: 3 }, total: { requests: 1000 }, at: 1.7e12 }],
    ['{"bad": 3, "total": 9, "began": 1700000000}', { is: 'ratio', instance: { began: 1.7e12 } }],
    ['{"bad": 1001, "total": 1000}', { is: 'missing', reason: 'impossible', detail: '1001 bad of 1000 in total' }],
    ['{"bad": null, "total": 1000}', { is: 'missing', reason: 'empty', detail: 'nothing is at bad' }],
    ['{"bad": -1, "total": 1000}', { is: 'missing', reason: 'impossible' }],
    ['{"bad": 3}', { is: 'missing', reason: 'empty' }],
    ['', { is: 'missing', reason: 'empty' }],
    ['1\n2', { is: 'missing', reason: 'malformed' }],
    ['nan', { is: 'missing', reason: 'not-finite' }],
    ['{"value": 1, "samples": 20}', { is: 'missing', reason: 'malformed', detail: expect.stringContaining('looksBack: 5m') }],
    [BOTH, { is: 'missing', reason: 'malformed', detail: expect.stringContaining('on: on, off: off') }],
  ])('that prints %j', async (text, reading) => {
    expect(await readOnce(print(text), {}, { PATH: process.env['PATH'] ?? '' })).toMatchObject(reading)
  })
})

describe('a command whose options say what it prints', () => {
  it.each<readonly [string, Readonly<Record<string, Json>>, object]>([
    ['{"value": 1, "samples": 20}', { looksBack: '5m' }, { is: 'value', value: 1, samples: 20 }],
    ['{"value": 1, "samples": -1}', { looksBack: '5m' }, { is: 'missing', reason: 'not-finite' }],
    ['[{"x": 4}]', { path: '0.x' }, { is: 'value', value: 4 }],
    [
      BOTH,
      { on: 'on', off: 'off' },
      {
        is: 'ratio',
        bad: { on: 36, off: 6 },
        total: { on: 1200, off: 9200 },
        groups: { on: { bad: { on: 36 }, total: { on: 1200 } }, off: { bad: { off: 6 }, total: { off: 9200 } } },
      },
    ],
    [BOTH, { on: 'on', off: 'of' }, { is: 'missing', reason: 'empty', detail: 'nothing is at of' }],
    ['0.25', { on: 'on', off: 'off' }, { is: 'missing', reason: 'malformed', detail: expect.stringContaining('prints no JSON') }],
    ['{"value": 0.25}', { ratio: { bad: 'bad', total: 'total' } }, { is: 'missing', reason: 'empty', detail: 'nothing is at bad' }],
  ])('%s with %j', async (text, options, reading) => {
    expect(
      await readOnce({ use: 'command', run: ['printf', '%s', text], ...options }, {}, { PATH: process.env['PATH'] ?? '' }),
    ).toMatchObject(reading)
  })
})

describe('a document', () => {
  const rows = [
    { toggle: 'on', path: '/a', bad: 2, total: 100, long: 'a'.repeat(60) },
    { toggle: 'on', path: '/b', bad: 1, total: 100 },
    { toggle: 'off', path: '/a', bad: 1, total: 900 },
  ]
  const points = [
    [1_700_000_000, 0.2],
    [1_700_000_010, 0.25],
    [1_700_000_020, null],
  ]
  const counts = { bad: 'bad', total: 'total' }
  it.each<readonly [Readonly<Record<string, Json>>, object]>([
    [{ path: '$.points[0][1]' }, { is: 'value', value: 0.2 }],
    [{ path: '$.rows[?match(@.path, "/[bc]")].bad' }, { is: 'value', value: 1 }],
    [{ path: '$.rows[?search(@.toggle, "ff")].bad' }, { is: 'value', value: 1 }],
    [{ path: '$.rows[?match(@.path, "/[b")].bad' }, { is: 'missing', reason: 'empty' }],
    // The expressions of JavaScript would need longer than anybody waits.
    [{ path: '$.rows[?search(@.long, "(a+)+b")].bad' }, { is: 'missing', reason: 'empty' }],
    [{ path: '$.points[*][1]' }, { is: 'missing', reason: 'several', detail: expect.stringContaining('pick: last or pick: sum') }],
    [
      { path: '$.points[*][1]', pick: 'last' },
      { is: 'value', value: 0.25 },
    ],
    [
      { path: '$.points[*][1]', timestamp: '$.points[*][0]', pick: 'last' },
      { is: 'value', value: 0.25, at: 1_700_000_010_000 },
    ],
    [
      { path: '$.rows[*].bad', pick: 'sum' },
      { is: 'value', value: 4 },
    ],
    [
      { path: '$.rows[*].toggle', pick: 'sum' },
      { is: 'missing', reason: 'malformed' },
    ],
    [
      { path: '$.nothing[*]', pick: 'sum' },
      { is: 'missing', reason: 'empty' },
    ],
    [{ path: 'points.last.1' }, { is: 'value', value: 0.25 }],
    // The newest point is empty yet: the time is that of the one before.
    [
      { path: 'points.last.1', timestamp: 'points.last.0' },
      { is: 'value', value: 0.25, at: 1_700_000_010_000 },
    ],
    [
      { path: '$.points', pick: 'last' },
      { is: 'missing', reason: 'malformed' },
    ],
    [{ ratio: { bad: 'rows.0.bad', total: '/rows/0/total' } }, { is: 'ratio', bad: { requests: 2 }, total: { requests: 100 } }],
    [
      { ratio: { bad: '$.rows[*].bad', total: '$.rows[*].total' }, pick: 'sum' },
      { bad: { requests: 4 }, total: { requests: 1100 } },
    ],
    [
      { ratio: counts, on: "$.rows[?@.toggle == 'on']", off: "$.rows[?(@.toggle=='off')]", pick: 'sum' },
      { bad: { on: 3, off: 1 }, groups: { on: { bad: { on: 3 }, total: { on: 200 } }, off: { bad: { off: 1 }, total: { off: 900 } } } },
    ],
    [
      { ratio: counts, on: "$.rows[?@.toggle == 'on']", off: "$.rows[?@.toggle == 'off']" },
      { is: 'missing', reason: 'several', detail: expect.stringContaining('pick: sum') },
    ],
  ])('%j', async (options, reading) => {
    const url = await serve((_, response) => response.end(JSON.stringify({ rows, points })))
    expect(await readOnce({ use: 'json', url, ...options })).toMatchObject(reading)
  })

  it('is asked about the time that is looked back on', async () => {
    const asked: string[] = []
    const url = await serve(async (incoming, response) => {
      asked.push(`${incoming.url} ${(await incoming.toArray()).join('')}`)
      response.end('{"value": 1}')
    })
    const before = Date.now()
    const query = 'from={{from}}&to={{to}}&ms={{to:ms}}'
    await readOnce({
      use: 'json',
      url: `${url}/?${query}`,
      method: 'POST',
      body: '{"since": "{{from:iso}}"}',
      path: 'value',
      looksBack: '2m',
    })
    await readOnce({ use: 'json', url: `${url}/?from={{from}}&to={{to}}`, path: 'value' })
    const [, from = '', to = '', ms = '', since = ''] = /from=(\d+)&to=(\d+)&ms=(\d+) {"since": "(.*)"}/.exec(asked[0] ?? '') ?? []
    expect([Number(to) - Number(from), Number(ms) >= before, Number(ms) - Date.parse(since)]).toEqual([120, true, 120_000])
    const [, earlier = '', now = ''] = /from=(\d+)&to=(\d+)/.exec(asked[1] ?? '') ?? []
    expect(Number(now) - Number(earlier)).toBe(300)
  })
})

describe('what is known offline', () => {
  it.each<readonly [MetricAdapter<unknown>, Readonly<Record<string, Json>>, object]>([
    [json, { path: 'x' }, { what: 'gauge', back: 0 }],
    [json, { path: 'x', looksBack: '5m', samples: 'n' }, { what: 'gauge', back: 300_000 }],
    [json, { ratio: { bad: 'b', total: 't' } }, { what: 'failures', groups: 1, back: 0 }],
    [json, { ratio: { bad: 'b', total: 't' }, on: 'on', off: 'off' }, { what: 'failures', groups: 2, back: 0 }],
    [command, {}, { what: undefined, back: 0 }],
    [command, { on: 'on', off: 'off' }, { what: 'failures', groups: 2, back: 0 }],
    [command, { run: ['x', '{{from}}'] }, { what: undefined, back: 300_000 }],
  ])('%# %j', async (adapter, options, { back, ...measures }: { readonly back?: number }) => {
    const given = await checked(adapter, adapter === json ? { url: 'http://x/', ...options } : { run: ['x'], ...options })
    expect(adapter.check?.(given, { folder: '/' })).toEqual([])
    expect([adapter.measures?.(given) ?? { what: undefined }, adapter.looksBack?.(given)]).toEqual([measures, back])
  })

  it.each<readonly [Readonly<Record<string, Json>>, string]>([
    [{ path: 'x', samples: 'n' }, 'samples would count requests from before the step as its own'],
    [{ ratio: { bad: 'b', total: 't' }, path: 'x' }, 'path is a number'],
    [{ ratio: { bad: 'b', total: 't' }, looksBack: '5m' }, 'looksBack belongs to a number'],
    [{ ratio: { bad: 'b', total: 't' }, on: 'on' }, 'on on: and off: go together'],
    [{ on: 'a', off: 'a' }, 'off is the same part as on:, and a group is not compared with itself'],
    [{ path: 'x', began: 'y' }, 'began belongs to a ratio'],
    [{ path: 'x', timestamp: 'points.last.0' }, 'timestamp is the last of another list than the number'],
    [{ path: 'others.last.0', timestamp: 'points.last.0' }, 'timestamp is the last of another list than the number'],
    [{ path: 'x', url: 'http://x/?from={{frm}}' }, 'url {{frm}} is not a placeholder here; there is {{from}}'],
  ])('%j is refused: %s', async (options, said) => {
    const faults = json.check?.(await checked(json, { url: 'http://x/', ...options }), { folder: '/' }) ?? []
    expect(faults.map(({ path, message }) => `${path.join('.')} ${message}`)).toEqual([expect.stringContaining(said)])
  })

  it.each<readonly [Readonly<Record<string, Json>>, string]>([
    [{}, 'needs either path or ratio'],
    [{ path: '$.a[' }, 'is not a JSONPath (RFC 9535)'],
    [{ path: 'x', looksBack: '5' }, 'must be a time above 0 with its unit: 5m'],
    [{ path: 'x', looksBack: '-5m' }, 'must be a time above 0 with its unit: 5m'],
  ])('%j does not fit: %s', async (options, said) => {
    await expect(checked(json, { url: 'http://x/', ...options })).rejects.toThrow(said)
    expect(isReadablePath('$.a[0]')).toBe(true)
  })
})

it('a reference that nothing answers is an error, not an empty text', async () => {
  await expect(readOnce({ use: 'json', url: 'http://127.0.0.1:1/', path: '${NOWHERE}x' })).rejects.toThrow('NOWHERE is not set')
})
