import { describe, expect, it } from 'vitest'
import { concernedBy, holdersOf } from '../../../src/core/policy/concerned.ts'
import type { Intent, State } from '../../../src/core/journal/state.ts'
import { NOW, plan, state, toggle } from '../../helpers/core.ts'

const PLAN = plan({
  toggles: {
    A: toggle({ variable: 'A', targets: ['web', 'worker'] }),
    B: toggle({ variable: 'B', targets: ['worker'] }),
    I: toggle({ variable: 'I', targets: ['fleet'], exposure: 'instances' }),
  },
  targets: {
    web: { use: 'env-file', options: {} },
    worker: { use: 'env-file', options: {} },
    fleet: { use: 'env-file', options: {}, instances: ['one', 'two', 'three'] },
    idle: { use: 'env-file', options: {} },
  },
})
const AT = { A: 10, B: 0, I: 40 }
const open = (targets: Intent['targets']): Intent => {
  const why = { code: 'healthy', text: '' } as const
  return { seq: 5, at: NOW, move: 'advance', from: 0, cursor: 1, exposures: AT, why, targets, doubted: [] }
}

const MOVES: readonly (readonly [string, Partial<State>, Partial<typeof AT>, readonly string[], readonly string[]])[] = [
  ['a toggle of two targets', {}, { A: 50 }, [], ['web', 'worker']],
  ['a toggle of one', {}, { B: 50 }, [], ['worker']],
  ['nothing', {}, {}, [], []],
  ['what makes no difference to the instances', {}, { I: 60 }, [], []],
  ['one instance more', {}, { I: 67 }, [], ['fleet']],
  ['what was missing from the step before', { missing: ['web'] }, { B: 50 }, [], ['web', 'worker']],
  ['what an open intent was written to', { intent: open({ fleet: { is: 'pending' } }) }, {}, [], ['fleet']],
  ['what an open intent was confirmed by', { intent: open({ fleet: { is: 'applied' } }) }, {}, [], ['fleet']],
  ['what was seen to differ', {}, { B: 50 }, ['idle'], ['worker', 'idle']],
]

describe('a move concerns', () => {
  it.each(MOVES)('%s', (_, more, to, others, targets) => {
    expect(concernedBy(state({ plan: PLAN, exposures: AT, baseline: { A: 0, B: 0, I: 0 }, ...more }), { ...AT, ...to }, others)).toEqual(
      targets,
    )
  })
})

it('the holders of toggles are named once', () => expect(holdersOf(PLAN, ['B', 'A'])).toEqual(['worker', 'web']))
