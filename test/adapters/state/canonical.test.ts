import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonical } from '../../../src/adapters/state/canonical.ts'

/** As it was written at first: what was sealed then must be found unchanged for ever. */
function first(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  )
}

describe('canonical JSON', () => {
  it.each([
    ['keys in another order', { b: 1, a: { d: [], c: {} } }, '{"a":{"c":{},"d":[]},"b":1}'],
    ['an undefined member', { a: undefined, b: null }, '{"b":null}'],
    ['capitals before small letters', { a: 1, B: 2, é: 3, _: 4 }, '{"B":2,"_":4,"a":1,"é":3}'],
    ['bounds of buckets', { '+Inf': 1, '10': 2, '9': 3, '0.5': 4, '01': 5 }, '{"9":3,"10":2,"+Inf":1,"0.5":4,"01":5}'],
    ['the largest index and the next number', { '4294967295': 1, '4294967294': 2, '!': 3 }, '{"4294967294":2,"!":3,"4294967295":1}'],
    ['what must be escaped', { '"\\': '\n\u2028\ud800\u007f' }, '{"\\"\\\\":"\\n\u2028\\ud800\u007f"}'],
    ['numbers', [0, -0, 1e21, 1e-7, 0.1, Number.NaN, Infinity, undefined], '[0,0,1e+21,1e-7,0.1,null,null,null]'],
    ['a key that means something to JavaScript', JSON.parse('{"__proto__":{"b":1,"a":2}}'), '{"__proto__":{"a":2,"b":1}}'],
  ])('%s', (_, value, text) => {
    expect(canonical(value)).toBe(text)
    expect(first(value)).toBe(text)
  })

  it('writes any value as it was always written, and the same after it was read back', () => {
    const key = fc.oneof(fc.string(), fc.nat({ max: 2 ** 32 }).map(String), fc.constantFrom('__proto__', 'constructor', '01', '-1', '1e3'))
    const value = fc.letrec<{ any: unknown }>((tie) => ({
      any: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        fc.oneof(fc.string({ unit: 'binary' }), fc.double(), fc.integer(), fc.boolean(), fc.constant(null), fc.constant(undefined)),
        fc.array(tie('any'), { maxLength: 4 }),
        fc.dictionary(key, tie('any'), { maxKeys: 6 }),
      ),
    })).any
    fc.assert(
      fc.property(value, (any) => {
        const text = canonical(any)
        expect(text).toBe(first(any) ?? 'null')
        expect(canonical(JSON.parse(text))).toBe(text)
      }),
      { numRuns: 2000 },
    )
  })
})
