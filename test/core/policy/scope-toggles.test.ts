import { expect, it } from 'vitest'
import type { Scope } from '../../../src/core/policy/destination.ts'
import { togglesOfScope } from '../../../src/core/policy/scope-toggles.ts'
import { phase, plan, state, toggle } from '../../helpers/core.ts'

const STEPS = { steps: [{ to: 10, hold: 0 }] }
/** A retreat from the second phase has left the cursor at the end of the first. */
const REDUCED = state({
  plan: plan({
    toggles: { A: toggle(), B: toggle({ variable: 'B', requires: ['A'] }), C: toggle({ variable: 'C' }) },
    phases: [phase({ id: 'first', ...STEPS }), phase({ id: 'second', toggles: ['B', 'C'], ...STEPS })],
  }),
  baseline: { A: 0, B: 0, C: 0 },
  exposures: { A: 10, B: 5, C: 0 },
  cursor: 0,
  status: 'rolled back',
  retreated: 'second',
})

it.each<[Scope, readonly string[]]>([
  [{ is: 'phase' }, ['B', 'C']],
  [{ is: 'step' }, ['B', 'C']],
  [{ is: 'to', to: 1 }, ['B', 'C']],
  [{ is: 'phase', phase: 'first' }, ['A']],
  [{ is: 'phase', phase: 'none' }, []],
  [{ is: 'toggles', toggles: ['A'] }, ['A', 'B']],
  [{ is: 'all' }, ['A', 'B', 'C']],
])('a retreat of %j is about %j, also after a retreat', (scope, toggles) => {
  expect(togglesOfScope(REDUCED, scope)).toEqual(toggles)
})
