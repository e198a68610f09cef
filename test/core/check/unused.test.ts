import { expect, it } from 'vitest'
import { check } from '../../../src/core/check/check.ts'
import type { Plan } from '../../../src/core/plan/plan.ts'
import { NOW, phase, plan, toggle } from '../../helpers/core.ts'

const DAY = 86_400_000
const waits = (...to: readonly number[]) => [phase({ steps: to.map((each) => ({ to: each, hold: 0, unused: 7 * DAY })) })]
const legacy = { A: toggle({ kind: 'legacy' }) }

it.each<[more: Partial<Plan>, found: readonly unknown[]]>([
  [{ toggles: legacy, phases: waits(100) }, []],
  [
    { toggles: legacy, phases: waits(50, 100) },
    [
      {
        severity: 'error',
        path: ['phases', 0, 'steps', 0, 'unused'],
        message: 'at 50% the others still use it: only the step to 100% waits for the last ones',
        hint: '{ to: 100%, unused: 7d }',
      },
    ],
  ],
  [
    { phases: waits(100) },
    [
      {
        severity: 'error',
        path: ['phases', 0, 'steps', 0, 'unused'],
        message: 'A is a release toggle: a step up takes nothing away that somebody could still use',
        hint: 'kind: legacy, or leave unused: out',
      },
    ],
  ],
])('%#', (more, found) => expect(check(plan(more), NOW)).toEqual(found))
