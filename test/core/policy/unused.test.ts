import { describe, expect, it } from 'vitest'
import type { LastUse } from '../../../src/core/judge/answers.ts'
import type { Gate } from '../../../src/core/policy/gates.ts'
import { situationOf } from '../../../src/core/policy/situation.ts'
import type { State } from '../../../src/core/journal/state.ts'
import { decided, MINUTE, NOW, phase, plan, state, toggle, track, watch } from '../../helpers/core.ts'

const DAY = 24 * 60 * MINUTE
const LEGACY = plan({
  toggles: { OLD: toggle({ kind: 'legacy', variable: 'OLD', default: 100, owner: 'ben' }), B: toggle({ kind: 'legacy', variable: 'B' }) },
  phases: [
    phase({
      toggles: ['OLD', 'B'],
      order: 'together',
      steps: [
        { to: 50, hold: 0 },
        { to: 100, hold: 0, unused: 7 * DAY },
      ],
    }),
  ],
})

function at(cursor: number, use?: LastUse, more: Partial<State> = {}): State {
  const answers = use && { answers: { at: NOW, toggles: { OLD: use }, used: [] } }
  const exposures = { OLD: cursor < 0 ? 100 : 50, B: 0 }
  const seen = watch({ errors: track() }, answers)
  return state({ plan: LEGACY, baseline: { OLD: 100, B: 0 }, exposures, cursor, watch: seen, ...more })
}
const gatesOf = (of: State): readonly Gate[] => situationOf(of, NOW).gates.filter(({ name }) => name === 'unused')

describe('the gate before the last users', () => {
  it('opens after so long without an answer', () => {
    expect(gatesOf(at(0, { last: NOW - 7 * DAY }))).toEqual([
      { name: 'unused', open: true, text: 'unused 7d of 7d (OLD last answered on 2026-11-17 12:00:00Z)' },
    ])
    expect(decided(at(0, { last: NOW - 7 * DAY }))).toBe('advance')
  })
  it('says whom it waits for, since when, and until when at the earliest', () => {
    expect(gatesOf(at(0, { last: NOW - DAY }))).toEqual([
      {
        name: 'unused',
        open: false,
        text: 'unused 1d of 7d (OLD last answered on 2026-11-23 12:00:00Z)',
        opensIn: 6 * DAY,
        missing: [{ text: 'the last users of OLD are told, and move away', owner: 'ben' }],
      },
    ])
    expect(decided(at(0, { last: NOW - DAY }))).toBe('hold')
  })
  it('counts from when counting began where it never was answered', () => {
    const [gate] = gatesOf(at(0, { last: NOW - DAY, isNever: true }))
    expect(gate).toMatchObject({ open: false, text: 'unused 1d of 7d (OLD not answered on since 2026-11-23 12:00:00Z)' })
  })
  it('stays shut where nobody knows, and says what to type', () => {
    expect(gatesOf(at(0, { unknown: 'no application counts it' }))).toMatchObject([
      { open: false, text: 'unused OLD: nobody knows (no application counts it)', missing: [{ command: 'rollout toggles --unused' }] },
    ])
    expect(gatesOf(at(0))).toMatchObject([{ open: false, text: 'unused OLD: not asked yet' }])
  })
  it('stays shut for what is answered by a clock that is ahead', () => {
    expect(gatesOf(at(0, { last: NOW + DAY }))).toMatchObject([{ open: false, opensIn: 8 * DAY }])
  })
  it('goes by when applications were asked, and not by how long that is ago', () => {
    const old = { answers: { at: NOW - 3 * DAY, toggles: { OLD: { last: NOW - 8 * DAY } }, used: [] } }
    expect(gatesOf(at(0, undefined, { watch: watch({ errors: track() }, old) }))).toMatchObject([{ open: false, opensIn: 0 }])
  })
  it('is before no other step, and asks of no toggle that is off already', () => {
    expect(gatesOf(at(-1, { last: NOW }))).toEqual([])
    expect(gatesOf(at(0, { last: NOW }, { exposures: { OLD: 0, B: 0 } }))).toEqual([])
  })
})
