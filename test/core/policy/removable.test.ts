import { describe, expect, it } from 'vitest'
import { asStarted, type State } from '../../../src/core/journal/state.ts'
import { removable, type KeptSide } from '../../../src/core/policy/removable.ts'
import type { Plan } from '../../../src/core/plan/plan.ts'
import { NOW, phase, plan, toggle } from '../../helpers/core.ts'

const PLAN: Plan = plan({
  toggles: { A: toggle(), B: toggle(), OLD: toggle({ kind: 'legacy', default: 100 }) },
  phases: [
    phase({
      id: 'one',
      toggles: ['A'],
      steps: [
        { to: 10, hold: 0 },
        { to: 100, hold: 0 },
      ],
    }),
    phase({ id: 'two', toggles: ['B', 'OLD'], steps: [{ to: 100, hold: 0 }] }),
  ],
})

function at(cursor: number, exposures: Readonly<Record<string, number>>, more: Partial<State> = {}): State {
  return { ...asStarted(PLAN), cursor, exposures: { A: 0, B: 0, OLD: 100, ...exposures }, ...more }
}

function said(toggleName: string, states: readonly State[], keep?: KeptSide, of: Plan = PLAN): readonly string[] {
  return removable({ plan: of, toggle: toggleName, states, now: NOW, ...(keep && { keep }) }).problems.map(({ message }) => message)
}

const intent = {
  seq: 1,
  at: NOW,
  move: 'advance',
  from: 0,
  cursor: 1,
  exposures: { A: 100 },
  why: { code: 'operator', text: '' },
  targets: {},
  doubted: [],
} as const

describe('a toggle may go', () => {
  it.each<[what: string, toggle: string, states: readonly State[], keep: KeptSide | undefined, kept: KeptSide]>([
    ['once its rollout is complete', 'B', [at(3, { A: 100, B: 100, OLD: 0 }, { status: 'complete' })], undefined, 'on'],
    ['once the next phase has begun', 'A', [at(2, { A: 100, B: 100 })], undefined, 'on'],
    ['a legacy one when it is off', 'OLD', [at(3, { A: 100, B: 100, OLD: 0 }, { status: 'complete' })], undefined, 'off'],
    ['given up and taken back', 'A', [at(-1, {}, { status: 'rolled back' })], 'off', 'off'],
    ['given up before anything was started', 'A', [], 'off', 'off'],
    ['in every environment', 'A', [at(2, { A: 100, B: 100 }), at(3, { A: 100, B: 100, OLD: 0 }, { status: 'complete' })], undefined, 'on'],
  ])('%s', (_, name, states, keep, kept) => {
    expect(removable({ plan: PLAN, toggle: name, states, now: NOW, ...(keep && { keep }) })).toEqual({ keep: kept, problems: [] })
  })
})

describe('a toggle stays', () => {
  it.each<[what: string, toggle: string, states: readonly State[], keep: KeptSide | undefined, message: string]>([
    ['where nothing was started', 'A', [], undefined, 'nothing was started yet: nobody knows that A is on everywhere'],
    ['where nothing was started and it is to be kept', 'A', [], 'on', 'nothing was started yet: nobody knows that A is on everywhere'],
    ['below 100 %', 'A', [at(0, { A: 10 })], undefined, 'A is at 10%'],
    ['while its phase bakes', 'A', [at(1, { A: 100 })], undefined, 'the phase of A is not complete'],
    ['rolled back', 'A', [at(-1, {}, { status: 'rolled back' })], undefined, 'A is at 0%'],
    ['on everywhere, and given up', 'A', [at(2, { A: 100 })], 'off', 'A is at 100%'],
    ['with a move under way', 'A', [at(0, { A: 10 }, { intent })], undefined, 'A is at 100%, and a move is not finished'],
    ['with steps ahead of it', 'B', [at(1, { A: 100 })], 'off', 'step 3 is still to move B'],
    ['closed before its phase was complete', 'A', [at(1, { A: 100 }, { status: 'closed' })], undefined, 'the phase of A is not complete'],
    [
      'in one environment of two',
      'A',
      [at(2, { A: 100 }), at(0, { A: 10 }, { plan: { ...PLAN, environment: 'eu' } })],
      undefined,
      'A is at 10% in eu',
    ],
  ])('%s', (_, name, states, keep, message) => {
    expect(said(name, states, keep)).toEqual([message])
  })

  it('sends to the environment that is not over', () => {
    const states = [at(2, { A: 100 }), at(1, { A: 100 }, { plan: { ...PLAN, environment: 'eu' } })]
    const { problems } = removable({ plan: PLAN, toggle: 'A', states, now: NOW })
    expect(problems.map(({ hint }) => hint)).toEqual(['rollout status -e eu says what it waits for'])
  })

  it('while another requires it', () => {
    const requiring = { ...PLAN, toggles: { ...PLAN.toggles, B: toggle({ requires: ['A'] }) } }
    expect(said('A', [at(2, { A: 100, B: 100 })], undefined, requiring)).toEqual(['B requires A'])
  })
})

describe('what applications tell of the side that goes', () => {
  const HOUR = 3_600_000
  const done = [at(3, { A: 100, B: 100, OLD: 0 }, { status: 'complete' })]
  const told = (answered: { on?: number; off?: number }, of: Plan = PLAN): readonly string[] =>
    removable({ plan: of, toggle: 'B', states: done, now: NOW, answered }).problems.map(({ message }) => message)

  it('keeps it for as long as that is answered', () => {
    expect(told({ on: NOW, off: NOW - 2 * HOUR })).toEqual(['B was answered off 2h ago: somebody still runs with what would go'])
    expect(told({ on: NOW, off: NOW - 168 * HOUR })).toEqual([])
    expect(told({ on: NOW })).toEqual([])
  })

  it('by the days that the plan gives it', () => {
    const strict = { ...PLAN, cleanup: { timeout: HOUR, unused: 1000 * HOUR, asks: [] } }
    expect(told({ off: NOW - 200 * HOUR }, strict)).toHaveLength(1)
  })
})
