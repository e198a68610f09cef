import { expect, it } from 'vitest'
import { carryWatch } from '../../../src/core/judge/carry-watch.ts'
import type { Plan } from '../../../src/core/plan/plan.ts'
import { metric, NOW, plan, toggle, watch } from '../../helpers/core.ts'

it.each<[what: string, edit: Partial<Plan>, isKept: boolean]>([
  ['stays while the same is asked', { interval: 5 }, true],
  ['goes with another variable', { toggles: { A: toggle({ variable: 'B' }) } }, false],
  ['goes with another source', { metrics: { errors: metric({ options: { url: 'elsewhere' } }) } }, false],
])('who still uses a toggle %s', (_, edit, isKept) => {
  const answers = { at: NOW, toggles: { A: { last: 0 } }, used: [] }
  const carried = carryWatch(watch({}, { answers }), plan(), plan(edit))
  expect(carried.answers).toEqual(isKept ? answers : undefined)
})
