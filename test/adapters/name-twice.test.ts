import { expect, it } from 'vitest'
import { nameTwice } from '../../src/adapters/name-twice.ts'

it.each([
  ['{"FEATURE_X":"10%","FEATURE_X":"true"}', 'FEATURE_X'],
  ['{"a":{"b":1,"c":[{"d":1 , "d" : 2}]}}', 'd'],
  ['{"a":1,"b":{"a":2},"\\u0061":3}', 'a'],
  ['[{"a":1},{"a":2}]', undefined],
  ['{"a":"\\"a\\":","b":["a","a"],"c":{"a":"{"},"d":"}"}', undefined],
  ['"a"', undefined],
])('finds in %s the name %s', (text, name) => {
  expect(nameTwice(text)).toBe(name)
})
