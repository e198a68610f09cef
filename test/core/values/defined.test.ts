import { expect, expectTypeOf, it } from 'vitest'
import { defined } from '../../../src/core/values/defined.ts'

it('leaves out what is undefined, and nothing else', () => {
  const given = { name: 'web', hint: undefined, count: 0, text: '', off: false, none: null }
  expect(Object.entries(defined(given))).toEqual([
    ['name', 'web'],
    ['count', 0],
    ['text', ''],
    ['off', false],
    ['none', null],
  ])
})

it('makes what could be undefined optional, and never undefined', () => {
  const hint = ((): string | undefined => undefined)()
  expectTypeOf(defined({ is: 'open', hint })).toExtend<{ readonly is: 'open'; readonly hint?: string }>()
  expect(defined({ is: 'open', hint })).toStrictEqual({ is: 'open' })
})
