import { expect, it } from 'vitest'
import { unaskedFor, unusedIn, upkeepOf } from '../../../src/core/report/upkeep.ts'
import { NOW, plan, state, toggle } from '../../helpers/core.ts'

const DAY = 86_400_000
const PLAN = plan({ toggles: { A: toggle({ owner: 'search' }), B: toggle({ variable: 'B' }) } })

it('a toggle that nobody has asked for longer than the plan says is unused; one of which nothing is known is not', () => {
  const answered = new Map([
    ['A', { on: NOW - 20 * DAY, off: NOW - 30 * DAY }],
    ['B', { on: NOW - 20 * DAY, off: NOW - DAY }],
  ])
  expect(unaskedFor(PLAN, answered, NOW)).toEqual([
    { toggle: 'A', is: 'unused', text: 'was last asked for on 2026-11-04 (20d ago)', owner: 'search' },
  ])
  expect(unaskedFor({ ...PLAN, stale: 21 * DAY }, answered, NOW)).toEqual([])
  expect(unaskedFor(PLAN, new Map(), NOW)).toEqual([])
})

it('a test and a comment ask for nothing', () => {
  const place = { toggle: 'A', file: 'a.js', line: 1, column: 1, language: 'JavaScript', by: 'syntax', code: '' } as const
  const found = (role: 'asked' | 'mentioned', isTest: boolean) =>
    unusedIn(plan(), {
      root: '/shop',
      files: 1234,
      generated: 0,
      toggles: { A: [{ ...place, role, isTest }] },
      unread: [],
      missing: [],
    }).map(({ text }) => text)
  expect(found('asked', false)).toEqual([])
  expect(found('asked', true)).toEqual(['is asked for by none of the 1,234 files in /shop'])
  expect(found('mentioned', false)).toHaveLength(1)
})

it('a move that is not finished leaves nothing at its end', () => {
  const done = state({ cursor: 1, exposures: { A: 100 }, startedAt: NOW - 40 * DAY, since: { A: NOW - 30 * DAY } })
  expect(upkeepOf(done.plan, done, NOW).map(({ is }) => is)).toEqual(['stale'])
  const intent = { seq: 9, at: NOW, move: 'rollback', from: 1, cursor: -1, exposures: { A: 0 }, targets: {}, doubted: [] } as const
  expect(upkeepOf(done.plan, { ...done, intent: { ...intent, why: { code: 'operator', text: '' } } }, NOW)).toEqual([])
})
