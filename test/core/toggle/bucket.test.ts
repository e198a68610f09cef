import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bucketOf, isIn, murmur3, thresholdOf } from '../../../src/core/toggle/bucket.ts'

describe('murmur3', () => {
  // flagd-testbed, and the empty string and the multi-byte text of the reference implementation with seed 0.
  it.each([
    ['ejOoVL', 0],
    ['bY9fO-', 1],
    ['SI7p-', 2_147_483_647],
    ['6LvT0', 2_147_483_648],
    ['ceQdGm', 4_294_967_295],
    ['', 0],
  ])('%s', (text, hash) => expect(murmur3(text)).toBe(hash))

  it('takes a lone surrogate for U+FFFD', () => expect(murmur3('a\uD800b')).toBe(murmur3('a\uFFFDb')))
  it('is of the bytes of UTF-8, whatever of the text is the flag', () => {
    expect(murmur3('ö')).not.toBe(murmur3('\u00c3\u00b6'))
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => murmur3(text) === bucketOf(text, '')))
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', 'ö', '\u00ff', '漢', '🚀') }), (text) => murmur3(text) === bucketOf(text, '')),
    )
  })
  it('salts with the flag', () => expect(bucketOf('flag', 'user')).toBe(murmur3('flaguser')))
})

describe('the threshold', () => {
  it.each([
    [0, 0],
    [0.1, 4_294_968],
    [1, 42_949_673],
    [10, 429_496_730],
    [100, 4_294_967_296],
    [0.000_01, 430],
  ])('of %d%%', (exposure, threshold) => expect(thresholdOf(exposure)).toBe(threshold))

  it('is nobody at 0, everybody at 100', () => {
    expect(isIn(0, 0)).toBe(false)
    expect(isIn(100, 0xff_ff_ff_ff)).toBe(true)
    expect(isIn(Number.NaN, 0)).toBe(false)
  })
  it('lets nobody out when exposure grows', () => {
    const exposure = fc.nat(10_000_000).map((nth) => nth / 1e5)
    fc.assert(
      fc.property(exposure, exposure, fc.string(), (a, b, user) => {
        const bucket = bucketOf('F', user)
        return !isIn(Math.min(a, b), bucket) || isIn(Math.max(a, b), bucket)
      }),
    )
  })
})
