import { describe, expect, it } from 'vitest'
import { beginningOf, isReached } from '../../../src/core/policy/beginning.ts'
import { asStarted, type State } from '../../../src/core/journal/state.ts'
import { phase, plan, toggle } from '../../helpers/core.ts'

const A = phase()
const B = phase({ id: 'next', toggles: ['B'] })
const TWO = plan({ toggles: { A: toggle(), B: toggle({ variable: 'B' }) }, phases: [A, B] })

/** A rollout that has brought A from 0 to 100 %, or stands there as `more` says. */
function before(more: Partial<State> = {}): State {
  return { ...asStarted(plan(), { A: 0 }), exposures: { A: 100 }, cursor: 1, status: 'complete', ...more }
}

describe('where a rollout begins', () => {
  it('is where everything is now, when there was none before', () => {
    expect(beginningOf(plan(), { A: 10 }, undefined)).toEqual({ baseline: { A: 10 } })
  })

  it('is behind what a complete one has reached, with the baseline from before it', () => {
    expect(beginningOf(TWO, { A: 100, B: 0 }, before())).toEqual({
      baseline: { A: 0, B: 0 },
      reached: { cursor: 1, exposures: { A: 100, B: 0 } },
    })
  })

  it('is before a phase that is new, wherever it was put in', () => {
    const moved = plan({ toggles: TWO.toggles, phases: [B, A] })
    expect(beginningOf(moved, { A: 100, B: 0 }, before()).reached?.cursor).toBe(-1)
  })

  it.each<[string, Partial<State>, number]>([
    ['one that was closed', { status: 'closed' }, 100],
    ['one that left it elsewhere than it is now', {}, 50],
  ])('is where everything is now after %s', (_, more, held) => {
    expect(beginningOf(plan(), { A: held }, before(more))).toEqual({ baseline: { A: held } })
  })

  it('is where a toggle is now that is taken away from here on: what brought it up is not what takes it down', () => {
    const legacy = plan({ toggles: { A: toggle({ kind: 'legacy' }) } })
    expect(beginningOf(legacy, { A: 100 }, before())).toEqual({ baseline: { A: 100 } })
    expect(isReached(legacy, { baseline: { A: 100 } })).toBe(false)
  })
})

describe('nothing is to be rolled out', () => {
  it.each<[string, number, State | undefined, boolean]>([
    ['after a complete rollout of the same plan', 100, before(), true],
    ['where everything is at the end, whoever brought it there', 100, undefined, true],
    ['but where a toggle was set back since, it is', 0, before(), false],
    ['and where it is half way', 50, undefined, false],
  ])('%s', (_, held, earlier, expected) => {
    expect(isReached(plan(), beginningOf(plan(), { A: held }, earlier))).toBe(expected)
  })
})
