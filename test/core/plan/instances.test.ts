import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { covered, exposureFor, heldBy, rankedInstances } from '../../../src/core/plan/instances.ts'
import type { Toggle } from '../../../src/core/plan/plan.ts'
import { bucketOf } from '../../../src/core/toggle/bucket.ts'
import { plan, toggle } from '../../helpers/core.ts'

const exposure = fc.integer({ min: 0, max: 1e7 }).map((whole) => whole / 1e5)
const count = fc.integer({ min: 1, max: 1000 })

describe('rounded down, never more than the step says', () => {
  it.each([
    [10, 10, 1],
    [10, 9, 0],
    [50, 3, 1],
    [66.66666, 3, 1],
    [66.66667, 3, 2],
    [33.33333, 3, 0],
    [33.33334, 3, 1],
    [99.99999, 1000, 999],
    [100, 3, 3],
    [0, 3, 0],
    // 0.07 × 100 is 7.000000000000001 in floating point, and 29 % of 100 28.999999999999996.
    [29, 100, 29],
    [57, 100, 57],
  ])('%s %% of %s is %s', (percent, all, on) => {
    expect(covered(percent, all)).toBe(on)
  })

  it('for every exposure, and the exposure that stands for a count covers just that', () => {
    fc.assert(
      fc.property(exposure, count, (percent, all) => {
        const on = covered(percent, all)
        expect(on / all).toBeLessThanOrEqual(percent / 100 + 1e-12)
        expect((on + 1) / all).toBeGreaterThan(percent / 100 - 1e-12)
        expect(covered(exposureFor(on, all), all)).toBe(on)
        expect(exposureFor(on, all)).toBeLessThanOrEqual(percent)
      }),
      { numRuns: 5000 },
    )
  })
})

describe('the choice', () => {
  const names = Array.from({ length: 40 }, (_, nth) => `web-${nth}`)

  it('is by the bucket of the name, whatever the order they are written in, and another for every toggle', () => {
    const order = rankedInstances('FEATURE_X', names)
    expect(rankedInstances('FEATURE_X', names.toReversed())).toEqual(order)
    expect(order.map((name) => bucketOf('FEATURE_X', name))).toEqual(
      names.map((name) => bucketOf('FEATURE_X', name)).toSorted((a, b) => a - b),
    )
    expect(rankedInstances('FEATURE_Y', names)).not.toEqual(order)
  })

  it('stays where an instance is added: the others keep their order', () => {
    expect(rankedInstances('FEATURE_X', [...names, 'web-new']).filter((name) => name !== 'web-new')).toEqual(
      rankedInstances('FEATURE_X', names),
    )
  })
})

describe('what a target holds of an exposure', () => {
  const at = (more: Partial<Toggle>, percent: number): number =>
    heldBy(plan({ targets: { web: { use: 'x', instances: ['a', 'b', 'c'], options: {} } } }), 'web', toggle(more), percent)

  it.each<[what: string, more: Partial<Toggle>, percent: number, held: number]>([
    ['by users, all of it', {}, 50, 50],
    ['by instances, what they cover', { exposure: 'instances' }, 50, 33.33334],
    ['by instances, all', { exposure: 'instances' }, 100, 100],
    ['by instances, none', { exposure: 'instances' }, 20, 0],
    ['of a legacy toggle, what is not taken away', { exposure: 'instances', kind: 'legacy' }, 50, 66.66667],
    ['of a legacy toggle, nothing taken away yet', { exposure: 'instances', kind: 'legacy' }, 80, 100],
  ])('%s', (_, more, percent, held) => {
    expect(at(more, percent)).toBe(held)
  })
})
