import { describe, expect, it } from 'vitest'
import { adoptedOn } from '../../../src/core/journal/adopted.ts'
import type { Carried, Fact } from '../../../src/core/journal/event.ts'
import { next, plan, toggle } from '../../helpers/core.ts'

const PLAN = plan({
  toggles: { A: toggle({ targets: ['web', 'worker'] }) },
  targets: { web: { use: 'fake', options: {} }, worker: { use: 'fake', options: {} } },
})
const mark = (epoch: number) => ({ identity: { name: 'shop', lineage: 'ff' }, epoch })
const MARKS: readonly Carried[] = [
  { target: 'web', mark: mark(9) },
  { target: 'worker', mark: mark(7) },
]
const started = (adopted?: readonly Carried[]): Fact => ({
  type: 'started',
  plan: PLAN,
  digest: 'digest',
  files: {},
  baseline: { A: 0 },
  reached: { cursor: 0, exposures: { A: 10 } },
  ...(adopted && { adopted }),
})
const why = { code: 'operator', text: 'go' } as const

describe('marks of a lost journal that somebody went on from', () => {
  it('are known until the target has confirmed a write: one like them is news after that', () => {
    const begun = next(undefined, started(MARKS))
    expect(begun).toMatchObject({ baseline: { A: 0 }, exposures: { A: 10 }, cursor: 0, adopted: MARKS })
    const intended = next(begun, { type: 'intended', move: 'advance', cursor: 1, exposures: { A: 100 }, why })
    const one = next(intended, { type: 'applied', intent: intended.epoch, targets: ['web'] })
    expect([adoptedOn(one, 'web'), adoptedOn(one, 'worker')]).toEqual([[], [mark(7)]])
    expect(next(one, { type: 'applied', intent: intended.epoch, targets: ['worker'] })).not.toHaveProperty('adopted')
  })

  it('stay known when a rollout is started again before they were written over', () => {
    const again = next(next(undefined, started(MARKS)), started())
    expect(again.adopted).toEqual(MARKS)
  })
})
