import { describe, expect, it } from 'vitest'
import { untold } from '../../../src/core/values/untold.ts'

describe('what the error of a channel says', () => {
  it.each([
    [Object.assign(new Error('x'), { refused: true }), { refused: true }],
    [Object.assign(new Error('x'), { refused: 'yes', retryAfter: '9' }), { refused: false }],
    [Object.assign(new Error('x'), { retryAfter: 9 }), { refused: false, retryAfter: 9 }],
    [{ retryAfter: Number.NaN }, { refused: false }],
    [{ retryAfter: -1 }, { refused: false }],
    ['x', { refused: false }],
    [null, { refused: false }],
  ])('%j', (thrown, said) => {
    expect(untold(thrown)).toEqual(said)
  })
})
