import { expect, it } from 'vitest'
import type { Event, Fact } from '../../../src/core/journal/event.ts'
import { reportOf } from '../../../src/core/report/report.ts'
import { fold } from '../../../src/core/journal/fold.ts'
import { MISSING, NOW, plan, stamp, toggle, track, watch } from '../../helpers/core.ts'

const why = { code: 'critical', text: 'errors 7% > 5%' } as const
const GIVEN = plan({ owner: 'team', toggles: { A: toggle(), OLD: toggle({ kind: 'legacy', default: 100, variable: 'OLD' }) } })

/** A journal of these facts, a second between two of them. */
function journal(...facts: readonly (readonly [Fact, actor?: string])[]): readonly Event[] {
  const events: Event[] = []
  for (const [fact, actor] of facts) {
    const before = events.at(-1)
    events.push({ ...stamp(fact, before, actor), at: NOW + events.length * 1000 })
  }
  return events
}

const started: Fact = { type: 'started', plan: GIVEN, digest: 'd', files: {}, baseline: { A: 0, OLD: 100 } }
const up: Fact = { type: 'intended', move: 'advance', cursor: 0, exposures: { A: 10, OLD: 100 }, why: { code: 'healthy', text: 'open' } }
const down: Fact = { type: 'intended', move: 'rollback', cursor: -1, exposures: { A: 0, OLD: 100 }, why }
const arrived = (intent: number): Fact => ({ type: 'arrived', intent, missing: [], watch: watch({ errors: { ...MISSING, bins: [] } }) })

it('nothing was started', () => {
  expect(reportOf([])).toBeUndefined()
})

it('users are exposed from the intent on, until the confirmation', () => {
  const events = journal([started, 'ana'], [up], [{ type: 'applied', intent: 2, target: 'web' }], [arrived(2)], [down], [arrived(5)])
  const report = reportOf(events)
  expect(report?.exposures).toEqual({
    A: [
      { at: NOW, value: 0 },
      { at: NOW + 1000, value: 10 },
      { at: NOW + 5000, value: 0 },
    ],
    OLD: [{ at: NOW, value: 100 }],
  })
  expect(report).toMatchObject({
    name: 'shop',
    owner: 'team',
    status: 'rolled back',
    why: why.text,
    from: NOW,
    to: NOW + 5000,
    reached: 0,
    steps: 2,
    events: 6,
  })
  expect(report?.actors).toEqual([
    { actor: 'auto', events: 5 },
    { actor: 'ana', events: 1 },
  ])
})

it('a legacy toggle is on for fewer from the intent on, and for more again only when confirmed', () => {
  const away: Fact = { ...up, exposures: { A: 0, OLD: 90 } }
  const report = reportOf(journal([started], [away], [arrived(2)], [down], [arrived(4)]))
  expect(report?.exposures['OLD']?.map(({ value }) => value)).toEqual([100, 90, 100])
  expect(report?.exposures['OLD']?.at(-1)?.at).toBe(NOW + 4000)
})

it('what was measured, with its gaps', () => {
  const seen = (value: number): Fact => ({ type: 'observed', watch: watch({ errors: track({ value }) }) })
  const report = reportOf(
    journal(
      [started],
      [seen(0.01)],
      [seen(0.01)],
      [{ type: 'observed', watch: watch({ errors: { ...MISSING, bins: [] } }) }],
      [seen(0.07)],
    ),
  )
  expect(report?.metrics['errors']?.points).toEqual([
    { at: NOW + 1000, value: 0.01 },
    { at: NOW + 3000, value: undefined },
    { at: NOW + 4000, value: 0.07 },
  ])
})

it('what was taken back: how soon it was decided, and confirmed', () => {
  const open = journal([started], [up], [arrived(2)], [down])
  const [setback] = reportOf(open)?.setbacks ?? []
  expect(setback).toEqual({
    seq: 4,
    at: NOW + 3000,
    move: 'rollback',
    actor: 'auto',
    why: why.text,
    changes: [{ toggle: 'A', from: '10%', to: '0%' }],
    noticed: 1000,
  })
  expect(reportOf(journal([started], [up], [arrived(2)], [down], [arrived(4)]))?.setbacks[0]?.confirmed).toBe(1000)
})

it('never says a toggle is on less than the fold does', () => {
  const events = journal([started], [up], [down], [arrived(3)], [{ type: 'resumed' }], [up], [arrived(6)])
  for (let end = 1; end <= events.length; end += 1) {
    const part = events.slice(0, end)
    expect(reportOf(part)?.exposures['A']?.at(-1)?.value).toBeGreaterThanOrEqual(fold(part)?.exposures['A'] ?? 0)
  }
})
