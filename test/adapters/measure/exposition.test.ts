import { describe, expect, it } from 'vitest'
import { parseExposition } from '../../../src/adapters/measure/exposition.ts'
import { parseSelector } from '../../../src/adapters/measure/selector.ts'

const OPEN = { type: 'application/openmetrics-text; version=1.0.0; charset=utf-8' }

describe('a line of a scrape', () => {
  it.each<readonly [string, object]>([
    ['a 1', { name: 'a', labels: {}, value: 1 }],
    ['  a\t{ x = "y" , }\t 1.5e-3  ', { name: 'a', labels: { x: 'y' }, value: 0.0015 }],
    ['a{} 1', { name: 'a', labels: {}, value: 1 }],
    ['a:b_c 1', { name: 'a:b_c', labels: {}, value: 1 }],
    ['a 1 1395066363000', { name: 'a', labels: {}, value: 1, at: 1395066363000 }],
    ['a 1 -3982045', { name: 'a', labels: {}, value: 1, at: -3982045 }],
    ['a -Inf', { name: 'a', labels: {}, value: -Infinity }],
    ['a +inf', { name: 'a', labels: {}, value: Infinity }],
    ['a NaN', { name: 'a', labels: {}, value: Number.NaN }],
    [
      String.raw`a{path="C:\\DIR\\FILE.TXT",error="no \"FILE\"\n"} 1`,
      { name: 'a', labels: { path: String.raw`C:\DIR\FILE.TXT`, error: 'no "FILE"\n' }, value: 1 },
    ],
    [String.raw`a{x="\\n"} 1`, { name: 'a', labels: { x: String.raw`\n` }, value: 1 }],
    [String.raw`a{x="\d"} 1`, { name: 'a', labels: { x: String.raw`\d` }, value: 1 }],
    ['a{x="} 2 # {"} 1', { name: 'a', labels: { x: '} 2 # {' }, value: 1 }],
    ['{"http.requests", "k.x"="y", z="ü"} 3', { name: 'http.requests', labels: { 'k.x': 'y', z: 'ü' }, value: 3 }],
    ['a_bucket{le="1"} 8 # {trace_id="KOO"} 0.67', { name: 'a_bucket', labels: { le: '1' }, value: 8 }],
    ['a_bucket{le="1"} 8 5 # {trace_id="KOO"} 0.67 1520879607.789', { name: 'a_bucket', labels: { le: '1' }, value: 8, at: 5 }],
  ])('%s', (line, sample) => {
    expect(parseExposition(`# HELP a help\n# TYPE a untyped\n\n${line}\r\n`)).toEqual([sample])
  })

  it('has its time in seconds in OpenMetrics', () => {
    expect(parseExposition('a 1 1520879607.789\n# EOF\n', OPEN)[0]?.at).toBe(1520879607789)
    expect(parseExposition('a 1 1.5e9\n# EOF')[0]?.at).toBe(1.5e12)
  })

  it('may have a label that is called __proto__', () => {
    const [one] = parseExposition('a{__proto__="x"} 1\n')
    expect(Object.entries(one?.labels ?? {})).toEqual([['__proto__', 'x']])
  })
})

describe('what is no scrape', () => {
  it.each([
    ['a', 'line 1 is not a sample: a'],
    ['a banana', 'line 1 is not a sample: a banana'],
    ['a 1 1.2.3', 'line 1'],
    ['a 1 NaN', 'line 1'],
    ['a 1 2 3', 'line 1'],
    ['a 1 # a comment', 'line 1'],
    ['a 0x10', 'line 1'],
    ['a{x="y} 1', 'line 1'],
    ['a{x="y"', 'line 1'],
    ['a{x=y} 1', 'line 1'],
    ['a{x="1",x="2"} 1', 'line 1'],
    ['a{x="1" y="2"} 1', 'line 1'],
    ['a{,} 1', 'line 1'],
    ['{x="y"} 1', 'line 1'],
    ['a{"b"} 1', 'line 1'],
    ['1a 1', 'line 1'],
    ['b 1\na 1\na 2', 'line 3 repeats the series a{}'],
    ['a{x="1",y="2"} 1\na{y="2",x="1"} 1', 'line 2 repeats'],
    ['{"status": "ok"}', 'line 1'],
    ['\n<html>', 'the answer is HTML, not metrics'],
  ])('%j: %s', (text, message) => {
    expect(() => parseExposition(`${text}\n`)).toThrow(message)
  })

  it.each([
    ['OpenMetrics without its end', 'a 1\n', OPEN],
    ['OpenMetrics that goes on after it', '# EOF\na 1\n', OPEN],
    ['a last line that nobody says is whole', 'a 1', { framed: false }],
  ])('%s is cut off', (_what, text, how) => {
    expect(() => parseExposition(text, how)).toThrow('cut off')
  })
})

it.each([
  ['a value of 30 MB', `a{x="${'y'.repeat(30e6)}"} 1\n`, 1],
  ['a million escapes', `a{x="${String.raw`\n`.repeat(1e6)}"} 1\n`, 1],
  ['300,000 other metrics', Array.from({ length: 300_000 }, (_, nth) => `m${nth} 1\n`).join(''), 0],
])('%s is read', (_what, text, count) => {
  expect(parseExposition(text, { names: new Set(['a']) })).toHaveLength(count)
})

it('a line with a million labels is refused', () => {
  const labels = Array.from({ length: 1e6 }, (_, nth) => `l${nth}="x"`).join(',')
  expect(() => parseExposition(`a{${labels}} 1\n`)).toThrow('line 1')
})

describe('a selector', () => {
  it.each<readonly [string, Record<string, string>, boolean]>([
    ['a', {}, true],
    [' a { } ', {}, true],
    ['a{s="500"}', { s: '500' }, true],
    ['a{s="500"}', {}, false],
    ['a{s=""}', {}, true],
    ['a{s!="500"}', {}, true],
    ['a{s=~"5.."}', { s: '503' }, true],
    ['a{s=~"5.."}', { s: '5033' }, false],
    ['a{s=~"4..|5.."}', { s: '503' }, true],
    ['a{s!~"5..",t="x"}', { s: '200', t: 'x' }, true],
    [String.raw`a{s=~"5\\d\\d"}`, { s: '503' }, true],
    [String.raw`a{s=~'5\\d\\d'}`, { s: '503' }, true],
    [String.raw`a{s=~${'`'}5\d\d${'`'}}`, { s: '503' }, true],
    ['{"a","k.x"="y"}', { 'k.x': 'y' }, true],
    ['a{s=~"(?i)GET|post"}', { s: 'get' }, true],
    ['a{s=~"(?i)GET|post"}', { s: 'gets' }, false],
    ['a{s=~"a.b"}', { s: 'a\nb' }, true],
    // What would take a backtracking engine longer than the universe has been there.
    ['a{s=~"(a+)+b"}', { s: 'a'.repeat(2000) }, false],
    ['a{s=~"(a|a)*b|(.*x){12}y"}', { s: 'a'.repeat(2000) }, false],
    ['{__name__="a",s="1"}', { s: '1' }, true],
    ['a{constructor=""}', {}, true],
  ])('%s of %j: %s', (text, labels, isMatch) => {
    const selector = parseSelector(text)
    expect([selector?.name, selector?.matches(labels)]).toEqual(['a', isMatch])
  })

  it.each([
    '',
    '{}',
    '{s="1"}',
    'a{s}',
    'a{s=1}',
    'a{s="1"',
    'a b',
    'a[5m]',
    'rate(a)',
    'a{s=~"("}',
    'a{s=~"(?=a)"}',
    String.raw`a{s=~"(a)\\1"}`,
    'a{s=~"(a{1000}){1000}"}',
    String.raw`a{s=~"5\d\d"}`,
    'a{s>"1"}',
  ])('%j is none', (text) => {
    expect(parseSelector(text)).toBeUndefined()
  })
})
