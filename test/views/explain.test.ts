import { describe, expect, it } from 'vitest'
import { renderToggle } from '../../src/views/explain.ts'

const plain = { write: () => undefined, tty: false, color: 0 } as const

describe('the page of a toggle', () => {
  it('tells moves that were never confirmed from those that were', () => {
    const toggle = {
      kind: 'legacy',
      variable: 'X',
      default: 100,
      exposure: 'users',
      core: true,
      targets: ['web'],
      requires: ['Y'],
      words: { on: 'true', off: 'false' },
      owner: 'search',
      description: 'old\u0007',
      removeBy: '2027-01-01',
    } as const
    const move = { at: 0, move: 'advance', from: '100%', to: '90%', actor: 'eve\u001b[31m', why: 'soaked' }
    const page = {
      name: 'X',
      toggle,
      exposure: '90%',
      baseline: '100%',
      moves: [
        { ...move, seq: 3, confirmed: true },
        { ...move, seq: 9, confirmed: false },
      ],
      ahead: [{ number: 2, phase: 'five', to: '75%', approval: { group: 'managers', count: 2 } }],
    }
    expect(renderToggle(page, plain)).toBe(
      [
        'X 90% (was 100% before the rollout, 100% by default)',
        '  old\\x07',
        '  legacy · core · search · on web · requires Y · remove by 2027-01-01',
        '  #3 1970-01-01 00:00:00Z advance 100% → 90% by eve\\x1b[31m: soaked',
        '  #9 1970-01-01 00:00:00Z advance 100% → 90% by eve\\x1b[31m: soaked (not confirmed by every target)',
        '  step 2 (five) takes it to 75%, once 2 of managers agree',
        '',
      ].join('\n'),
    )
  })
})
