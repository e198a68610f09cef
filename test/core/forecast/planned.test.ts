import { describe, expect, it } from 'vitest'
import { DEFAULTS } from '../../../src/core/evidence/policy.ts'
import { leastOf, stagesOf, stretchesOf } from '../../../src/core/forecast/planned.ts'
import { BOTH_GROUPS, metric, MINUTE, phase, plan, rule, toggle } from '../../helpers/core.ts'

const DAY = 1440 * MINUTE

it('phases lie one behind the other, as long as planned or as their holds take', () => {
  const phases = [
    phase({ planned: { min: DAY, max: 3 * DAY } }),
    phase({ id: 'next', toggles: ['B'] }),
    phase({ id: 'last', planned: { min: DAY, max: DAY } }),
  ]
  expect(stretchesOf(plan({ phases })).map(({ from, sure, to, least }) => ({ from, sure, to, least }))).toEqual([
    { from: 0, sure: DAY, to: 3 * DAY, least: 20 * MINUTE },
    { from: DAY, sure: DAY + 20 * MINUTE, to: 3 * DAY + 20 * MINUTE, least: 20 * MINUTE },
    { from: DAY + 20 * MINUTE, sure: 2 * DAY + 20 * MINUTE, to: 4 * DAY + 20 * MINUTE, least: 20 * MINUTE },
  ])
})

it('what a phase takes: its holds, and at its last step its bake or its longest criterion', () => {
  const success = [{ metric: 'errors', rule: rule('< 1%'), over: 60 * MINUTE }]
  expect(leastOf(plan({ phases: [phase({ after: 30 * MINUTE })] }), 0)).toBe(40 * MINUTE)
  expect(leastOf(plan({ phases: [phase({ after: 30 * MINUTE, success })] }), 0)).toBe(70 * MINUTE)
})

it('every step from the defaults on; a legacy toggle downwards', () => {
  const given = plan({
    toggles: { A: toggle(), OLD: toggle({ kind: 'legacy', default: 100, variable: 'OLD' }) },
    phases: [phase({ toggles: ['A', 'OLD'], order: 'together' })],
  })
  expect(stagesOf(given).map(({ before, after }) => ({ before, after }))).toEqual([
    { before: { A: 0, OLD: 100 }, after: { A: 10, OLD: 90 } },
    { before: { A: 10, OLD: 90 }, after: { A: 100, OLD: 0 } },
  ])
})

describe('a step that evidence ends', () => {
  const steps = [10, 50, 100].map((to) => ({ to, hold: 30 * MINUTE }))
  const paced = (pace: 'evidence' | 'clock', more = {}) =>
    plan({
      metrics: { errors: metric({ measures: BOTH_GROUPS }) },
      phases: [phase({ steps, evidence: { pace, policy: DEFAULTS }, ...more })],
    })

  it('takes two polls at least, whatever its hold says; everybody has no group beside them, and holds', () => {
    expect(leastOf(paced('evidence'), 0)).toBe((2 + 2 + 30) * MINUTE)
    expect(leastOf(paced('clock'), 0)).toBe(90 * MINUTE)
    expect(leastOf(paced('evidence', { settle: 5 * MINUTE }), 0)).toBe((2 + 2 + 30 + 15) * MINUTE)
  })

  it('is followed by the bake of its phase', () => {
    expect(leastOf(paced('evidence', { steps: steps.slice(0, 2), after: 60 * MINUTE }), 0)).toBe((2 + 60) * MINUTE)
  })
})
