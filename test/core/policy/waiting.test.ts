import { describe, expect, it } from 'vitest'
import { decide } from '../../../src/core/policy/decide.ts'
import { situationOf } from '../../../src/core/policy/situation.ts'
import { waitsFor } from '../../../src/core/policy/waiting.ts'
import type { State } from '../../../src/core/journal/state.ts'
import { MINUTE, NOW, state, track, watch } from '../../helpers/core.ts'

const why = { code: 'operator', text: 'lunch' } as const
const stopped = { why, at: NOW, actor: 'ana', seq: 3 }
const gone = { name: 'target', target: 'web', text: 'cannot be read: web: app.env is missing', since: NOW - 5 } as const
const intent = {
  seq: 4,
  at: NOW - 7,
  move: 'advance',
  from: 0,
  cursor: 1,
  exposures: { A: 100 },
  why,
  targets: { web: { is: 'refused', error: 'disk full' }, edge: { is: 'pending' }, done: { is: 'applied' } },
  doubted: [],
} as const

const list = (now: State): readonly (readonly [string, string, number])[] => {
  const situation = situationOf(now, NOW)
  return waitsFor(situation, decide(situation)).map(({ name, text, since }) => [name, text, since])
}

describe('what a rollout waits for', () => {
  const held = { arrivedAt: NOW - MINUTE, decidedAt: 0, watch: watch({ errors: track() }, { credit: 0 }) }
  it('is in order: what turns fail on comes before gates, each with since when', () =>
    expect(list(state({ ...held, blocked: [gone] }))).toEqual([
      ['target', gone.text, NOW - 5],
      ['hold', expect.stringContaining('hold 0s of'), NOW - MINUTE],
    ]))
  it('is a person where it is stopped, and the obstacles that are there all the same', () =>
    expect(list(state({ ...held, status: 'paused', stopped, blocked: [gone] }))).toEqual([
      ['resume', 'resume (paused: lunch)', NOW],
      ['target', gone.text, NOW - 5],
    ]))
  it.each([
    ['running', ['rollout rollback --reason "…"']],
    ['paused', []],
  ] as const)('says of a word that somebody else changed how it goes on, where it is %s', (status, commands) => {
    const changed = { name: 'drift', target: 'web', text: 'web holds A=55% instead of 10%', since: NOW } as const
    const situation = situationOf(state({ ...held, status, blocked: [changed] }), NOW)
    const found = waitsFor(situation, decide(situation)).find(({ name }) => name === 'drift')
    expect((found?.missing ?? []).map(({ command }) => command)).toEqual(commands)
  })
  it('is the targets that have not confirmed', () =>
    expect(list(state({ ...held, intent }))).toEqual([
      ['target', 'web: disk full', NOW - 7],
      ['target', 'edge: not confirmed yet', NOW - 7],
    ]))
  it('is what helps with each, where that is known', () => {
    const targets = { web: { is: 'refused', error: 'sh exited with 1', hint: 'pass: names more' }, edge: { is: 'pending' } } as const
    const blocked = [{ ...gone, hint: 'create: true' }]
    const situation = situationOf(state({ ...held, intent: { ...intent, targets }, blocked }), NOW)
    const missing = waitsFor(situation, decide(situation)).map((each) => each.missing?.map(({ text }) => text))
    expect(missing).toEqual([['pass: names more'], undefined, ['create: true']])
  })
  it('is a warning that is given time, with when it pauses', () => {
    const warning = track({ verdict: 'warning', value: 0.03, met: false, warningFor: 1000 })
    expect(list(state({ ...held, watch: watch({ errors: warning }, { credit: 0 }) }))[0]).toEqual([
      'metrics',
      expect.stringMatching(/pauses in .* unless it recovers/),
      NOW - MINUTE,
    ])
  })
  it('is nothing when complete', () => expect(list(state({ status: 'complete', stopped, blocked: [gone] }))).toEqual([]))
})
