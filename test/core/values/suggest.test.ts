import { expect, it } from 'vitest'
import { suggest } from '../../../src/core/values/suggest.ts'

it.each([
  ['FEATURE_SAERCH', 'FEATURE_SEARCH'],
  ['feature_search', 'FEATURE_SEARCH'],
  ['wbe', 'web'],
  ['webb', 'web'],
  ['entirely else', undefined],
  ['', undefined],
  ['x'.repeat(100_000), undefined],
])('%.20s', (written, near) => expect(suggest(written, ['FEATURE_SEARCH', 'web', 'worker'])).toBe(near))
