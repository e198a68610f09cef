import { describe, expect, it } from 'vitest'
import type { Plan } from '../../../src/core/plan/plan.ts'
import { timelineOf } from '../../../src/core/forecast/timeline.ts'
import { situationOf } from '../../../src/core/policy/situation.ts'
import { MINUTE, NOW, phase, plan, rule, state, toggle, watch } from '../../helpers/core.ts'

const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const at = (text: string): number => Date.parse(text)
const office = { days: [1, 2, 3, 4, 5], from: 540, to: 1020, zone: 'Europe/Berlin' }

function two(more: Partial<Plan> = {}): Plan {
  const steps = [
    { to: 10, hold: 6 * HOUR },
    { to: 100, hold: HOUR },
  ]
  return plan({
    toggles: { A: toggle(), B: toggle({ variable: 'B' }) },
    phases: [
      phase({ id: 'one', steps, after: DAY, planned: { min: 3 * DAY, max: 5 * DAY } }),
      phase({ id: 'two', toggles: ['B'], steps, success: [{ metric: 'errors', rule: rule('< 1%'), over: 2 * DAY }] }),
    ],
    ...more,
  })
}

describe('the timeline', () => {
  // NOW is Tuesday, 24 November 2026, 12:00 UTC: 13:00 in Berlin.
  it('adds up holds, bakes and success criteria', () => {
    const { steps, phases } = timelineOf(two(), NOW)
    expect(steps.map((each) => ((each.at ?? 0) - NOW) / HOUR)).toEqual([0, 6, 30, 36])
    expect(phases).toEqual([
      { phase: 'one', title: 'Core', from: NOW, to: NOW + 30 * HOUR, planned: { min: NOW + 3 * DAY, max: NOW + 5 * DAY } },
      { phase: 'two', title: 'Core', from: NOW + 30 * HOUR, to: NOW + 84 * HOUR },
    ])
  })

  it('begins behind what a rollout before has reached, and holds that once more', () => {
    const { steps, phases } = timelineOf(two(), NOW, undefined, 2)
    expect(steps.map((each) => [each.step, ((each.at ?? 0) - NOW) / HOUR])).toEqual([
      [2, 24],
      [3, 30],
    ])
    expect(phases.map(({ phase: id, from, to = 0 }) => [id, from === undefined, (to - NOW) / HOUR])).toEqual([
      ['one', true, 24],
      ['two', false, 78],
    ])
    expect(timelineOf(two(), NOW, undefined, 4)).toEqual({ steps: [], phases: [] })
  })

  it('waits for windows, and holds go on outside of them', () => {
    const { steps } = timelineOf(two({ windows: [office] }), NOW)
    expect(steps.map((each) => each.at)).toEqual([NOW, at('2026-11-25T08:00Z'), at('2026-11-26T08:00Z'), at('2026-11-26T14:00Z')])
  })

  it('waits for the end of freezes', () => {
    const freezes = [{ name: 'sale', from: at('2026-11-25T00:00Z'), to: at('2026-12-01T00:00Z') }]
    const { steps, phases } = timelineOf(two({ windows: [office], freezes }), NOW)
    expect(steps.map((each) => each.at)).toEqual([NOW, at('2026-12-01T08:00Z'), at('2026-12-02T08:00Z'), at('2026-12-02T14:00Z')])
    // Longer than planned: what is planned begins with what is possible.
    expect(phases[0]?.planned).toEqual({ min: at('2026-12-02T08:00Z'), max: at('2026-12-02T08:00Z') })
  })

  it('goes on from where a rollout is', () => {
    const of = two()
    const { steps, phases } = timelineOf(of, NOW, situationOf(state({ plan: of, watch: watch(undefined, { credit: 2 * HOUR }) }), NOW))
    expect(steps.map((each) => [each.step, ((each.at ?? 0) - NOW) / HOUR])).toEqual([
      [1, 4],
      [2, 28],
      [3, 34],
    ])
    expect(phases[0]).toEqual({ phase: 'one', title: 'Core', from: NOW + 4 * HOUR, to: NOW + 28 * HOUR })
  })

  it('knows the phase that bakes', () => {
    const of = two()
    const { phases } = timelineOf(of, NOW, situationOf(state({ plan: of, cursor: 1, watch: watch(undefined, { credit: HOUR }) }), NOW))
    expect(phases.map(({ phase: id, from, to }) => [id, from, to])).toEqual([
      ['one', undefined, NOW + 23 * HOUR],
      ['two', NOW + 23 * HOUR, NOW + 77 * HOUR],
    ])
  })

  it('ends where the calendar never lets it on', () => {
    const forever = [{ name: 'for ever', from: NOW + 1, to: NOW + 9999 * DAY }]
    const { steps, phases } = timelineOf(two({ freezes: forever }), NOW)
    expect(steps.map((each) => each.at)).toEqual([NOW, undefined, undefined, undefined])
    expect(phases[0]).toEqual({ phase: 'one', title: 'Core', from: NOW, to: undefined })
  })
})
