import { describe, expect, it } from 'vitest'
import { retryAfter } from '../../../src/adapters/http/retry-after.ts'

const NOW = Date.parse('2026-11-24T12:00:00Z')

describe('Retry-After', () => {
  it.each([
    [{ 'retry-after': '90' }, 90_000],
    [{ 'retry-after': '0' }, 0],
    [{ 'retry-after': 'Tue, 24 Nov 2026 12:02:00 GMT' }, 120_000],
    // The clock of the server is three minutes fast.
    [{ 'retry-after': 'Tue, 24 Nov 2026 12:05:00 GMT', date: 'Tue, 24 Nov 2026 12:03:00 GMT' }, 120_000],
    [{ 'retry-after': 'Tue, 24 Nov 2026 11:00:00 GMT' }, 0],
    [{ 'retry-after': '99999999999999999999' }, 3_600_000],
    [{ 'retry-after': 'Tue, 24 Nov 2099 12:00:00 GMT' }, 3_600_000],
    [{ 'retry-after': 'soon' }, undefined],
    [{ 'retry-after': '-5' }, undefined],
    [{ 'retry-after': '' }, undefined],
    [{}, undefined],
  ])('%j is %s ms', (headers, wait) => {
    expect(retryAfter({ headers }, NOW)).toBe(wait)
  })
})
