import { describe, expect, it } from 'vitest'
import { adopting, beginningOf, isReached } from '../../../src/core/policy/beginning.ts'
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

describe('what a lost journal has left', () => {
  const carried = (target: string) => [{ target, mark: { identity: { name: 'shop', lineage: 'ff' }, epoch: 9 } }]

  it.each([
    ['at the step that was reached', 10, 0],
    ['at the step before, where it stands between two', 50, 0],
    ['before the first', 5, -1],
    ['at the last', 100, 1],
    ['before the first, where nothing has moved', 0, -1],
  ])('is gone on from %s, and a rollback leads to the default', (_, held, cursor) => {
    expect(adopting(plan(), { A: held }, carried('web'))).toEqual({
      baseline: { A: 0 },
      reached: { cursor, exposures: { A: held } },
      adopted: carried('web'),
    })
  })

  it('says nothing of toggles elsewhere, nor of those that no step moves', () => {
    const more = plan({ toggles: { A: toggle(), B: toggle({ variable: 'B', targets: ['worker'] }), C: toggle({ variable: 'C' }) } })
    expect(adopting(more, { A: 10, B: 30, C: 40 }, carried('web')).baseline).toEqual({ A: 0, B: 30, C: 40 })
  })

  it.each([
    ['its default, where it is taken away from there', 100, 100],
    ['what it is, where the default is no place to come from', 0, 30],
  ])('a legacy toggle goes back to %s', (_, none, baseline) => {
    const legacy = plan({ toggles: { A: toggle({ kind: 'legacy', default: none }) } })
    expect(adopting(legacy, { A: 30 }, carried('web')).baseline).toEqual({ A: baseline })
  })
})
