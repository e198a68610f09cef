import { describe, expect, it } from 'vitest'
import { planReport } from '../../../src/core/report/plan-report.ts'
import { stepsOf } from '../../../src/core/plan/steps.ts'
import { situationOf } from '../../../src/core/policy/situation.ts'
import { MINUTE, NOW, plan, state, watch } from '../../helpers/core.ts'

const found = { pending: true, gates: [], drift: [], unreadable: [], edited: [] }
const users = { weak: [] }

describe('a report of a plan', () => {
  it('says what would be written, and how long everything takes, before anything was started', () => {
    const of = plan()
    const held = { exposures: { A: 0 }, baseline: { A: 0 } }
    const steps = stepsOf(of)
    const report = planReport({
      plan: of,
      now: NOW,
      held,
      next: { A: 10 },
      outlooks: [],
      found: { ...found, started: false, steps },
      users,
    })
    expect(report).toMatchObject({ name: 'shop', started: false, steps: [{ to: 10 }, { to: 100 }] })
    expect(report.writes).toEqual([{ target: 'web', variable: 'A', from: 'false', to: '10%' }])
    expect(report.atLeast).toBe(20 * MINUTE)
  })
  it('takes off what was watched already, and writes nothing at the end of the plan', () => {
    const of = state({ cursor: 1, exposures: { A: 100 }, watch: watch(undefined, { credit: 4 * MINUTE }) })
    const situation = situationOf(of, NOW)
    const next = situation.destination?.exposures
    const report = planReport({
      plan: of.plan,
      now: NOW,
      situation,
      held: of,
      next,
      outlooks: [],
      found: { ...found, started: true, steps: [] },
      users,
    })
    expect([report.writes, report.atLeast, report.timeline.steps]).toEqual([[], 6 * MINUTE, []])
  })
})
