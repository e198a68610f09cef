import { describe, expect, it } from 'vitest'
import type { Fact } from '../../../src/core/journal/event.ts'
import { fold } from '../../../src/core/journal/fold.ts'
import type { State } from '../../../src/core/journal/state.ts'
import { metric, next, phase, plan, rule, stamp, started, toggle, track, watch } from '../../helpers/core.ts'

const WHY = { code: 'operator', text: 'so' } as const
const NAMES = ['web', 'worker'] as const
const PLAN = plan({
  toggles: { A: toggle({ targets: NAMES }) },
  targets: Object.fromEntries(NAMES.map((name) => [name, { use: 'f', options: {} }])),
})
const BEGUN = started(PLAN)
const UP: Fact = { type: 'intended', move: 'advance', cursor: 0, exposures: { A: 10 }, why: WHY }
const BACK: Fact = { type: 'intended', move: 'rollback', cursor: -1, exposures: { A: 0 }, why: WHY }
const TEN_MINUTES = 600_000

/** What is left of the newest intent is done by these targets, and the others are gone without. */
function carriedOut(state: State, confirmed: readonly string[] = NAMES, unheard: readonly string[] = []): State {
  const intent = state.epoch
  const missing = NAMES.filter((name) => !confirmed.includes(name))
  const applied: Fact = { type: 'applied', intent, targets: confirmed, ...(unheard.length > 0 && { unheard }) }
  return next(next(state, applied), { type: 'arrived', intent, missing, watch: watch({}) })
}

const UP_AND_DONE = carriedOut(next(BEGUN, UP))

describe('where a request may be under way still', () => {
  it.each<[string, State, readonly string[]]>([
    ['nowhere, where every answer was heard', UP_AND_DONE, []],
    ['where an attempt had no answer', carriedOut(next(BEGUN, UP), NAMES, ['worker']), ['worker']],
    ['where a step went without', carriedOut(next(BEGUN, UP), ['web']), ['worker']],
    ['where an intent was overtaken before it was confirmed', next(next(BEGUN, UP), BACK), NAMES],
    ['where it was confirmed not', next(next(next(BEGUN, UP), { type: 'applied', intent: 2, targets: ['web'] }), BACK), ['worker']],
    ['where another process has joined in', next(UP_AND_DONE, { type: 'joined', intent: 2, targets: ['worker'] }), ['worker']],
  ])('is %s', (_, { unsettled }, wanted) => expect(unsettled).toEqual(wanted))

  it.each([
    [TEN_MINUTES - 1, ['worker']],
    [TEN_MINUTES, []],
  ])('is known until the step has been watched for as long as any request takes: %i ms', (credit, wanted) => {
    const before = carriedOut(next(BEGUN, UP), NAMES, ['worker'])
    const watched = next(before, { type: 'observed', watch: watch({}, { credit }) })
    expect([watched.unsettled, next(watched, BACK).unsettled]).toEqual([['worker'], wanted])
  })

  it('is known over an intent that is open, however long was watched before it', () => {
    const watched = next(UP_AND_DONE, { type: 'observed', watch: watch({}, { credit: TEN_MINUTES }) })
    const open = next(next(watched, { type: 'joined', intent: 2, targets: ['web'] }), BACK)
    const joined = next(open, { type: 'joined', intent: open.epoch, targets: ['web'] })
    expect(next(joined, BACK).unsettled).toEqual(['web', 'worker'])
  })
})

describe('the phase that was under way', () => {
  const two = started(
    plan({
      toggles: { A: toggle(), B: toggle({ variable: 'B' }) },
      phases: ['one', 'two'].map((id, nth) => phase({ id, toggles: ['AB'[nth] ?? ''], steps: [{ to: 100, hold: 0 }] })),
    }),
  )
  const to = (move: 'advance' | 'rollback' | 'step-back', cursor: number): Fact => ({
    type: 'intended',
    move,
    cursor,
    exposures: {},
    why: WHY,
  })

  it('is known through every retreat from it, and a resume, until the next step up', () => {
    const states = [
      to('advance', 1),
      to('step-back', 0),
      to('rollback', -1),
      { type: 'resumed' } as const,
      to('advance', 0),
      to('rollback', -1),
    ].map((_, nth, facts) => facts.slice(0, nth + 1).reduce((state, each) => next(state, each), two))
    expect(states.map(({ retreated }) => retreated)).toEqual([undefined, 'two', 'two', 'two', undefined, 'one'])
  })
})

describe('an intent', () => {
  it('is in doubt at the targets where the one before it was not confirmed', () => {
    const open = next(next(BEGUN, UP), { type: 'applied', intent: 2, targets: ['web'] })
    expect([next(UP_AND_DONE, BACK).intent?.doubted, next(open, BACK).intent?.doubted]).toEqual([[], NAMES])
  })

  it('is not arrived at by the late arrival of an older one', () => {
    const back = next(next(BEGUN, UP), BACK)
    const late = next(back, { type: 'arrived', intent: 2, missing: [], watch: watch({}) })
    expect([late.intent?.seq, late.exposures, late.arrivedAt]).toEqual([3, { A: 0 }, BEGUN.arrivedAt])
  })
})

it('a rollout that begins again in its journal stays of the lineage of the first, and its targets hold what they held', () => {
  const start: Fact = { type: 'started', plan: PLAN, digest: 'digest', files: {}, baseline: { A: 0 } }
  const first = stamp(start)
  const again = stamp(start, first)
  expect([first.hash, fold([first, again])?.lineage, fold([first, again])?.hash]).toEqual(['hash-1', 'hash-1', 'hash-2'])
  const before = carriedOut(next(BEGUN, UP), NAMES, ['worker'])
  expect(next(before, start)).toMatchObject({ epoch: 2, unsettled: ['worker'], cursor: -1 })
})

it('an accepted edit keeps the verdict on a metric that is the same, and on no other', () => {
  const two = plan({ metrics: { errors: metric(), latency: metric() } })
  const watched = next(started(two), { type: 'observed', watch: watch({ errors: track(), latency: track() }) })
  const edited = plan({ metrics: { errors: metric(), latency: metric({ success: rule('< 2%') }) } })
  const after = next(watched, { type: 'replanned', plan: edited, digest: 'new', files: {}, baseline: { A: 0 } })
  expect(Object.keys(after.watch?.tracks ?? {})).toEqual(['errors'])
})
