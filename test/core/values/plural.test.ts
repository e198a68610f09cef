import { expect, it } from 'vitest'
import { plural } from '../../../src/core/values/plural.ts'

it.each([
  [0, '0 steps'],
  [1, '1 step'],
  [2, '2 steps'],
])('%i of them', (count, text) => expect(plural(count, 'step')).toBe(text))
