import { FlagdCore } from '@openfeature/flagd-core'
import { describe, expect, it } from 'vitest'
import { bucketOf, isIn, thresholdOf } from '../../../src/core/toggle/bucket.ts'

/*
 * Users are numbered: nothing here is random, so a number that holds once holds always. Texts of several lengths and
 * of all printable ASCII characters come from mulberry32 (Tommy Ettinger, public domain).
 */

function mulberry(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

function text(random: () => number, longest: number): string {
  const codes = Array.from({ length: 1 + Math.floor(random() * longest) }, () => 0x20 + Math.floor(random() * 95))
  return String.fromCharCode(...codes)
}

const STEPS = [
  { exposure: 0.1, weights: [1, 999] },
  { exposure: 1, weights: [1, 99] },
  { exposure: 5, weights: [1, 19] },
  { exposure: 25, weights: [1, 3] },
  { exposure: 50, weights: [1, 1] },
  { exposure: 33.333_33, weights: [3_333_333, 6_666_667] },
] as const
const TOGGLES = Array.from({ length: 13 }, (_, nth) => `FEATURE_${'ABCDEFGHIJKLM'[nth]}${'_X'.repeat(nth % 5)}`)

describe('flagd', () => {
  it('decides as the SDK does, a million times', () => {
    const random = mulberry(1)
    const flags = TOGGLES.flatMap((toggle) =>
      STEPS.map(({ exposure, weights: [on, off] }, nth) => ({ key: `${toggle}.${'abcdef'[nth]}`, exposure, on, off })),
    )
    const flagd = new FlagdCore()
    flagd.setConfigurations(
      JSON.stringify({
        flags: Object.fromEntries(
          flags.map(({ key, on, off }) => [
            key,
            {
              state: 'ENABLED',
              variants: { on: true, off: false },
              defaultVariant: 'off',
              targeting: {
                fractional: [
                  ['on', on],
                  ['off', off],
                ],
              },
            },
          ]),
        ),
      }),
    )
    let evaluations = 0
    let mismatches = 0
    let enrolled = 0
    while (evaluations < 1_000_000) {
      const targetingKey = text(random, 40)
      for (const { key, exposure } of flags) {
        const isOn = isIn(exposure, bucketOf(key, targetingKey))
        if (flagd.resolveBooleanEvaluation(key, false, { targetingKey }).value !== isOn) mismatches += 1
        if (isOn) enrolled += 1
        evaluations += 1
      }
    }
    expect({ mismatches, evaluations }).toEqual({ mismatches: 0, evaluations: 1_000_038 })
    // Neither side says the same to everybody: the mean of the steps is 19.07 %.
    expect(enrolled / evaluations).toBeCloseTo(0.1907, 2)
  })
})

describe('a million users on the way up', () => {
  it('nobody flips out, and every step is as large as it says', () => {
    const thresholds = [0, 0.1, 1, 5, 25, 50, 100].map(thresholdOf)
    const counts = thresholds.map(() => 0)
    let flips = 0
    for (let user = 0; user < 1_000_000; user += 1) {
      const bucket = bucketOf('FEATURE_SEARCH', `user-${user}`)
      let wasIn = false
      for (const [nth, threshold] of thresholds.entries()) {
        const now = bucket < threshold
        if (wasIn && !now) flips += 1
        if (now) counts[nth] = (counts[nth] ?? 0) + 1
        wasIn = now
      }
    }
    expect(flips).toBe(0)
    const sigmas = counts.map((count, nth) => {
      const share = (thresholds[nth] ?? 0) / 2 ** 32
      return share === 0 || share === 1 ? count - share * 1e6 : (count - share * 1e6) / Math.sqrt(share * (1 - share) * 1e6)
    })
    expect(Math.max(...sigmas.map(Math.abs))).toBeLessThan(4)
  })
})

describe('thirteen toggles', () => {
  const USERS = 100_000
  const buckets = TOGGLES.map((toggle) => Float64Array.from({ length: USERS }, (_, user) => bucketOf(toggle, `user-${user}`)))

  it('are each spread evenly', () => {
    const CELLS = 256
    const chi = buckets.map((column) => {
      const cells = Array.from({ length: CELLS }, () => 0)
      for (const bucket of column) cells[Math.floor(bucket / 2 ** 24)] = (cells[Math.floor(bucket / 2 ** 24)] ?? 0) + 1
      return cells.reduce((sum, count) => sum + (count - USERS / CELLS) ** 2 / (USERS / CELLS), 0)
    })
    // Chi-square with 255 degrees of freedom: 1 in a million on either side.
    expect(Math.min(...chi)).toBeGreaterThan(158)
    expect(Math.max(...chi)).toBeLessThan(375)
  })

  it('are pairwise independent: who is in one is in another no more often than anybody', () => {
    const chi = buckets.flatMap((one, first) =>
      buckets.slice(first + 1).map((other) => {
        const table = [0, 0, 0, 0]
        for (let user = 0; user < USERS; user += 1) {
          const cell = (isIn(10, one[user] ?? 0) ? 2 : 0) + (isIn(10, other[user] ?? 0) ? 1 : 0)
          table[cell] = (table[cell] ?? 0) + 1
        }
        const [neither = 0, second = 0, alone = 0, both = 0] = table
        const margins = (both + alone) * (both + second) * (neither + alone) * (neither + second)
        return (USERS * (both * neither - alone * second) ** 2) / margins
      }),
    )
    expect(chi).toHaveLength(78)
    // One degree of freedom: 1 in a million.
    expect(Math.max(...chi)).toBeLessThan(24)
  })
})
