import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import { parseExposition } from '../../src/adapters/measure/exposition.ts'
import { parseSelector } from '../../src/adapters/measure/selector.ts'
import { judgeNext } from '../helpers/counted.ts'
import { Unreadable, type Reading } from '../../src/core/values/reading.ts'
import { planOf, readOnce } from '../helpers/metrics.ts'
import { serve } from '../helpers/shell.ts'
import { bytes, ofBytes, property, type Property } from './property.ts'

const SCRAPE = `# HELP r Requests.
# TYPE r counter
r{s="200",path="/a b"} 90 1700000000000
r{s="500",path="C:\\\\x\\"y\\n"} 9
n 5
d_bucket{le="1.0"} 3
d_bucket{le="+Inf"} 4
{"http.requests",z="ü"} 3
`
const OPEN = `${SCRAPE.replace(' 1700000000000', ' 1700000000.5')}# EOF\n`
const VECTOR = JSON.stringify({
  status: 'success',
  data: { resultType: 'vector', result: [{ metric: { s: '200' }, value: [1700000000.123, '0.5'] }] },
})
const DOCUMENT = '{"data":{"rate":0.5,"n":"12","at":"2026-11-24T12:00:00Z"},"list":[1,2]}'

/** How each body is asked for, and its Content-Type. */
const KINDS = {
  openmetrics: { body: OPEN, type: 'application/openmetrics-text; version=1.0.0', options: { use: 'openmetrics', value: 'n' } },
  text: { body: SCRAPE, type: 'text/plain; version=0.0.4', options: { use: 'openmetrics', ratio: { bad: 'r{s="500"}', total: 'r' } } },
  quantile: { body: SCRAPE, type: 'text/plain', options: { use: 'openmetrics', quantile: { of: 'd', q: 0.9 } } },
  prometheus: { body: VECTOR, type: 'application/json', options: { use: 'prometheus', query: 'x' } },
  buckets: {
    body: VECTOR.replace('"s":"200"', '"le":"+Inf"'),
    type: 'application/json',
    options: { use: 'prometheus', quantile: { of: 'd', q: 0.9 } },
  },
  json: {
    body: DOCUMENT,
    type: 'application/json',
    options: { use: 'json', path: 'data.rate', samples: 'data.n', timestamp: 'data.at' },
  },
} as const
type Kind = keyof typeof KINDS
const kind = fc.constantFrom<Kind>('openmetrics', 'text', 'quantile', 'prometheus', 'buckets', 'json')

const nasty = fc.constantFrom(
  ...[
    ['', '\0', '\n', '\r', '"', '\\', '{', '}', '[', ']', ',', ' ', '#', '# EOF\n', 'NaN', '-Inf', '+Inf', '1e999', '-1'],
    ['0x10', 'null', 'true', '{}', '[]', '""', '"NaN"', '"__proto__":', '<html>', '\u001b[2J', '\u202e', '99999999999999999999'],
    ['1.2.3', 'le="x"', '\ufeff'],
  ].flat(),
)
const change = fc.record({ at: fc.nat(), cut: fc.nat({ max: 6 }), with: nasty })
type Change = { readonly at: number; readonly cut: number; readonly with: string }

function mutate(text: string, { at, cut, with: piece }: Change): string {
  const from = at % (text.length + 1)
  return text.slice(0, from) + piece + text.slice(from + cut)
}

let address: Promise<string> | undefined
const answers = new Map<string, { readonly body: Buffer; readonly type: string }>()
let asked = 0

/** What the adapter makes of a body that a real server sends. */
async function measured(as: Kind, body: Buffer): Promise<Reading> {
  address ??= serve((request, response) => {
    const [, id = ''] = (request.url ?? '').split('/')
    const found = answers.get(id)
    response.writeHead(200, { 'content-type': found?.type ?? '' }).end(found?.body)
  })
  const id = String((asked += 1))
  answers.set(id, { body, type: KINDS[as].type })
  const reading = await readOnce({ ...KINDS[as].options, url: `${await address}/${id}` })
  answers.delete(id)
  return reading
}

/** A number with all its parts in order, or missing with a reason and words fit to be shown. */
function sound(reading: Reading): string {
  if (reading.is === 'missing') {
    assert.notEqual(reading.reason, 'timeout')
    assert.ok(reading.detail.length > 0 && reading.detail.length <= 300)
    // oxlint-disable-next-line eslint/no-control-regex -- these are what must not reach a terminal
    assert.doesNotMatch(reading.detail, /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]|undefined|\[object/)
  }
  if (reading.is === 'value') assert.ok(Number.isFinite(reading.value))
  if (reading.is !== 'missing') assert.ok(reading.at === undefined || Number.isFinite(reading.at))
  if (reading.is === 'ratio')
    for (const count of [...Object.values(reading.bad), ...Object.values(reading.total)]) assert.ok(Number.isFinite(count) && count >= 0)
  // I7: healthy never without a finite number.
  const { track } = judgeNext(planOf({ use: 'x' }).metrics.m, {}, reading, 1000, 1_800_000_000_000)
  assert.ok(track.verdict === 'unknown' || Number.isFinite(track.value))
  return reading.is === 'missing' ? 'missing' : 'a number'
}

function parsed(text: string, type = ''): string {
  try {
    for (const { name, value, at, labels } of parseExposition(text, { type })) {
      assert.notEqual(name, '')
      assert.equal(typeof value, 'number')
      assert.ok(at === undefined || Number.isFinite(at))
      for (const label of Object.values(labels)) assert.equal(typeof label, 'string')
    }
    return 'read'
  } catch (thrown) {
    if (!(thrown instanceof Unreadable)) throw thrown
    assert.equal(thrown.reason, 'malformed')
    return 'malformed'
  }
}

const selectorPart = fc.constantFrom(
  ...[
    ['a', '{', '}', 's', '=', '=~', '!~', '!=', '"', "'", '`', '"5.."', '"(a|b)*c"', '"["', '"(?i)x"', ',', ' '],
    ['\\', '\\\\', '__name__', '"a"'],
  ].flat(),
)

export const metrics: readonly Property[] = [
  property({
    area: 'metrics',
    name: 'a scrape, changed here and there',
    ends: ['read', 'malformed'],
    runs: 300,
    inputs: fc.record({ open: fc.boolean(), changes: fc.array(change, { maxLength: 4 }) }),
    check: ({ open, changes }) => parsed(changes.reduce(mutate, open ? OPEN : SCRAPE), open ? KINDS.openmetrics.type : KINDS.text.type),
  }),
  property({
    area: 'metrics',
    name: 'any text as a scrape',
    ends: ['read', 'malformed'],
    runs: 300,
    inputs: fc.oneof(
      fc.string({ unit: 'binary', maxLength: 100 }),
      fc.string({ unit: fc.constantFrom('a', '{', '}', '"', '=', '1', ' ', '\n', '#', '\\', 'N', ','), maxLength: 40 }),
    ),
    check: (text) => parsed(text),
  }),
  property({
    area: 'metrics',
    name: 'any selector',
    ends: ['a selector', 'none'],
    runs: 300,
    inputs: fc.array(selectorPart, { maxLength: 12 }).map((parts) => parts.join('')),
    check: (text) => {
      const selector = parseSelector(text)
      if (!selector) return 'none'
      for (const labels of [{}, { s: '503' }, { s: 'x'.repeat(1000) }]) assert.equal(typeof selector.matches(labels), 'boolean')
      return 'a selector'
    },
  }),
  property({
    area: 'metrics',
    name: 'what a server answers, changed here and there',
    ends: ['a number', 'missing'],
    runs: 60,
    inputs: fc.record({ kind, changes: fc.array(change, { maxLength: 3 }) }),
    check: async ({ kind: as, changes }) => sound(await measured(as, Buffer.from(changes.reduce(mutate, KINDS[as].body)))),
  }),
  property({
    area: 'metrics',
    name: 'what a server answers, cut off at any byte',
    ends: ['missing'],
    runs: 30,
    // The older text format alone has no end of its own.
    every: async () =>
      (['openmetrics', 'prometheus', 'buckets', 'json'] as const).flatMap((as) =>
        Array.from({ length: Buffer.byteLength(KINDS[as].body) - 1 }, (_, at) => ({ kind: as, at })),
      ),
    inputs: fc.record({ kind: fc.constantFrom<Kind>('openmetrics', 'prometheus', 'buckets', 'json'), at: fc.nat() }),
    check: async ({ kind: as, at }) => {
      const whole = Buffer.from(KINDS[as].body.trimEnd())
      return sound(await measured(as, whole.subarray(0, at % whole.length)))
    },
  }),
  property({
    area: 'metrics',
    name: 'any bytes a server answers',
    ends: ['missing'],
    runs: 40,
    inputs: fc.record({ kind, body: bytes(200) }),
    check: async ({ kind: as, body }) => sound(await measured(as, ofBytes(body))),
  }),
]
