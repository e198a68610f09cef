import { describe, expect, it } from 'vitest'
import { exposuresAfter, exposureAt, isForward, stepsOf } from '../../../src/core/plan/steps.ts'
import { defaultsOf, dependants } from '../../../src/core/plan/plan.ts'
import { togglesOf } from '../../../src/core/plan/toggles-of.ts'
import { phase, plan, toggle } from '../../helpers/core.ts'

const three = plan({
  toggles: {
    A: toggle(),
    B: toggle({ variable: 'B', requires: ['A'] }),
    L: toggle({ variable: 'L', kind: 'legacy', default: 100, targets: ['edge'] }),
  },
  targets: { web: { use: 'fake', options: {} }, edge: { use: 'fake', options: {} } },
  phases: [
    phase({ toggles: ['A', 'B'] }),
    phase({
      id: 'legacy',
      toggles: ['L'],
      steps: [
        { to: 25, hold: 0 },
        { to: 100, hold: 0 },
      ],
    }),
  ],
})

describe('the one list of steps', () => {
  it('takes one toggle through all steps before the next', () =>
    expect(stepsOf(three).map(({ index, phase: nth, moves, to, last }) => [index, nth, moves.join(), to, last])).toEqual([
      [0, 0, 'A', 10, false],
      [1, 0, 'A', 100, false],
      [2, 0, 'B', 10, false],
      [3, 0, 'B', 100, true],
      [4, 1, 'L', 25, false],
      [5, 1, 'L', 100, true],
    ]))

  it('or all of them together', () =>
    expect(
      stepsOf(plan({ ...three, phases: [phase({ toggles: ['A', 'B'], order: 'together' })] })).map(({ moves, to }) => [moves.join(), to]),
    ).toEqual([
      ['A,B', 10],
      ['A,B', 100],
    ]))

  it('says what every toggle has after a step, from the baseline on', () => {
    const baseline = { A: 5, B: 0, L: 80 }
    expect(exposuresAfter(three, baseline, -1)).toEqual(baseline)
    expect(exposuresAfter(three, baseline, 2)).toEqual({ A: 100, B: 10, L: 80 })
    expect(exposuresAfter(three, baseline, 4)).toEqual({ A: 100, B: 100, L: 75 })
    expect(exposuresAfter(three, baseline, 5)).toEqual({ A: 100, B: 100, L: 0 })
  })
})

it.each([
  ['release', 0, 10, 10],
  ['release', 50, 10, 50],
  ['legacy', 100, 25, 75],
  ['legacy', 60, 25, 60],
  ['legacy', 100, 100, 0],
] as const)('a %s toggle with baseline %s at a step to %s has %s', (kind, baseline, to, expected) =>
  expect(exposureAt(toggle({ kind }), baseline, to)).toBe(expected),
)

it('forward is up, and down for a legacy toggle', () => {
  expect(isForward(toggle(), 10, 50)).toBe(true)
  expect(isForward(toggle(), 50, 10)).toBe(false)
  expect(isForward(toggle({ kind: 'legacy' }), 100, 75)).toBe(true)
})

it('knows dependants, the toggles of a target, and defaults', () => {
  expect(dependants(three, ['A'])).toEqual(['A', 'B'])
  expect(togglesOf(three, 'edge')).toEqual(['L'])
  expect(defaultsOf(three)).toEqual({ A: 0, B: 0, L: 100 })
})
