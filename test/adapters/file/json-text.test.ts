import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { withValue, type JsonPath } from '../../../src/adapters/file/json-text.ts'
import type { Json } from '../../../src/core/values/json.ts'

describe('only the value changes', () => {
  it.each<[what: string, before: string, path: JsonPath, value: Json, after: string]>([
    ['a number as it was written', '{"a": 1.0, "b": 1e3}', ['b'], 2, '{"a": 1.0, "b": 2}'],
    ['a text with brackets in it', '{"a": "}]\\"{", "b": 1}', ['b'], 2, '{"a": "}]\\"{", "b": 2}'],
    ['a list on one line', '{\n  "x": [1,2],\n  "b": 1\n}\n', ['b'], [['on', 1]], '{\n  "x": [1,2],\n  "b": [["on", 1]]\n}\n'],
    ['a new member', '{\n\t"a": 1\n}\n', ['b', 'c'], true, '{\n\t"a": 1,\n\t"b": {\n\t\t"c": true\n\t}\n}\n'],
    ['a member of an empty object', '{\n  "a": {}\n}', ['a', 'b'], 1, '{\n  "a": {\n    "b": 1\n  }\n}'],
    ['a text on one line', '{"a":{}}', ['a', 'b'], { c: [1] }, '{"a":{"b":{"c":[1]}}}'],
    ['Windows line ends', '{\r\n  "a": 1\r\n}\r\n', ['b'], { c: 1 }, '{\r\n  "a": 1,\r\n  "b": {\r\n    "c": 1\r\n  }\r\n}\r\n'],
    ['an entry of a list', '{"a": [{"n": 1}, {"n": 2}]}', ['a', 1], { n: 3 }, '{"a": [{"n": 1}, {"n":3}]}'],
    ['one more entry', '{\n "a": [\n  {"n": 1}\n ]\n}', ['a', 1], { n: 2 }, '{\n "a": [\n  {"n": 1},\n  {\n   "n": 2\n  }\n ]\n}'],
    ['a name with an escape', '{"\\u0061": 1}', ['a'], 2, '{"\\u0061": 2}'],
    ['the name of every prototype', '{"a": 1}', ['__proto__'], 2, '{"a": 1,"__proto__":2}'],
  ])('%s', (_, before, path, value, after) => {
    expect(withValue(before, path, value)).toBe(after)
  })

  it.each<[what: string, text: string, path: JsonPath, message: string]>([
    ['a name that is there twice', '{"a": 1, "a": 2}', ['a'], '"a" is written twice'],
    ['a list where an object was meant', '{"a": [1]}', ['a', 'b'], 'what holds "b" is no object'],
    ['an object where a list was meant', '{"a": {}}', ['a', 0], 'what holds 0 is an object'],
    ['a value where an object was meant', '{"a": 1}', ['a', 'b'], 'what holds "b" is no object'],
  ])('refused: %s', (_, text, path, message) => {
    expect(() => withValue(text, path, 1)).toThrow(message)
  })
})

it('whatever the document, the value is there, everything else is as it was, and a second time changes nothing', () => {
  const document = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }))
  fc.assert(
    fc.property(
      document,
      fc.string(),
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom(undefined, 1, 2, '\t'),
      (before, key, value, unit) => {
        const text = JSON.stringify(before, undefined, unit)
        const after = withValue(text, [key], json(value))
        expect(JSON.parse(after)).toEqual(JSON.parse(JSON.stringify(Object.fromEntries([...Object.entries(before), [key, value]]))))
        expect(withValue(after, [key], json(value))).toBe(after)
      },
    ),
    { numRuns: 500 },
  )
})

function json(value: unknown): Json {
  return JSON.parse(JSON.stringify(value))
}
