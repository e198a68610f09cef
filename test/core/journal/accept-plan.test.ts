import { expect, it } from 'vitest'
import type { Fact } from '../../../src/core/journal/event.ts'
import type { Plan } from '../../../src/core/plan/plan.ts'
import { MINUTE, next, phase, plan, started, toggle, watch } from '../../helpers/core.ts'

const planOf = (...names: readonly string[]): Plan =>
  plan({ toggles: Object.fromEntries(names.map((variable) => [variable, toggle({ variable })])), phases: [phase({ toggles: names })] })

/** A at 100 %, B at 10 % and watched for a quarter of an hour, with an approval. */
function underWay() {
  const why = { code: 'operator', text: '' } as const
  const moved = (cursor: number, exposures: Plan['toggles'] | object): Fact =>
    ({ type: 'intended', move: 'advance', cursor, exposures, targets: ['web'], why }) as Fact
  let state = started(planOf('A', 'B'))
  for (const [cursor, exposures] of [
    [1, { A: 100, B: 0 }],
    [2, { A: 100, B: 10 }],
  ] as const) {
    state = next(state, moved(cursor, exposures))
    const { epoch } = state
    state = next(state, { type: 'applied', intent: epoch, targets: ['web'] })
    state = next(state, { type: 'arrived', intent: epoch, missing: [], watch: watch() })
  }
  state = next(state, { type: 'observed', watch: watch(undefined, { credit: 15 * MINUTE }) })
  return next(state, { type: 'approved', step: 3, digest: 'digest', group: 'g' }, 'ana')
}

const accept = (to: Plan, cursor?: number): Fact => ({
  type: 'replanned',
  plan: to,
  digest: 'new',
  files: {},
  baseline: { A: 0, B: 0, C: 100 },
  ...(cursor !== undefined && { cursor }),
})

it('the same step goes on by another number, and asks for approvals anew', () => {
  const before = underWay()
  expect([before.cursor, before.watch?.credit, before.approvals.length]).toEqual([2, 15 * MINUTE, 1])
  const after = next(before, accept(planOf('B'), 0))
  expect([after.cursor, after.exposures, after.watch?.credit, after.approvals]).toEqual([0, { B: 10 }, 15 * MINUTE, []])
})

it('another step has been watched for no time', () => {
  const after = next(underWay(), accept(planOf('A', 'C', 'B'), 1))
  expect([after.cursor, after.exposures, after.watch?.credit]).toEqual([1, { A: 100, B: 10, C: 100 }, 0])
})

it('the phase that was retreated from is known by its toggles where it is called otherwise', () => {
  const why = { code: 'operator', text: '' } as const
  const before = next(underWay(), { type: 'intended', move: 'rollback', cursor: -1, exposures: { A: 0, B: 0 }, why })
  const { toggles, phases } = planOf('A', 'B')
  const called = (...ids: readonly string[]) =>
    next(before, accept(plan({ toggles, phases: ids.map((id) => phase({ ...phases[0], id, ...(id === 'new' && { toggles: [] }) })) })))
      .retreated
  expect([before.retreated, called('new', 'renamed'), called('core'), called('new')]).toEqual([phases[0]?.id, 'renamed', 'core', undefined])
})
