import { describe, expect, it } from 'vitest'
import type { Watch } from '../../../src/core/judge/track.ts'
import type { Reading } from '../../../src/core/values/reading.ts'
import { beginWatch, hasTurned, isDue, longestGap, observe, type Tick } from '../../../src/core/judge/watch.ts'
import { gone, metric, MINUTE, NOW, phase, plan, ratio, rule, track, value, watch } from '../../helpers/core.ts'

const tick = (monotonic: number, domain = 'test'): Tick => ({ monotonic, domain, now: NOW })
const good = value(0.001)
const bad = value(0.03)

type Poll = readonly [monotonic: number, reading: Reading | undefined, domain?: string]
function poll(of = plan(), ...polls: readonly Poll[]): Watch {
  const [current = phase()] = of.phases
  return polls.reduce(
    (before, [at, reading, domain]) =>
      observe(of, { phase: current, cursor: 0 }, before, reading ? { errors: reading } : {}, tick(at, domain)),
    watch({ errors: track() }),
  )
}

const few = plan({ metrics: { errors: metric({ minSamples: 200 }) } })
const ignored = plan({ metrics: { errors: metric({ onNoData: 'ignore' }) } })
const CREDIT: readonly (readonly [string, ReturnType<typeof plan>, readonly Poll[], number])[] = [
  [
    'watched time',
    plan(),
    [
      [MINUTE, good],
      [2 * MINUTE, good],
    ],
    2 * MINUTE,
  ],
  ['the longest gap', plan(), [[3 * MINUTE, good]], 3 * MINUTE],
  [
    'not time nobody watched',
    plan(),
    [
      [3 * MINUTE + 1001, good],
      [4 * MINUTE + 1001, good],
    ],
    MINUTE,
  ],
  ['not a clock that went back', plan(), [[-1, good]], 0],
  [
    'not another clock',
    plan(),
    [
      [MINUTE, good, 'reboot'],
      [2 * MINUTE, good, 'reboot'],
    ],
    MINUTE,
  ],
  ['not a warning', plan(), [[MINUTE, bad]], 0],
  ['not silence', plan(), [[MINUTE, gone]], 0],
  ['not NaN', plan(), [[MINUTE, value(Number.NaN)]], 0],
  ['not what nobody read', plan(), [[MINUTE, undefined]], 0],
  [
    'few samples that are not bad',
    few,
    [
      [MINUTE, ratio(0, 1)],
      [2 * MINUTE, ratio(0, 9)],
    ],
    MINUTE,
  ],
  ['silence that is to be ignored', ignored, [[MINUTE, gone]], MINUTE],
]

describe('credit', () => {
  it.each(CREDIT)('%s', (_, of, polls, credit) => expect(poll(of, ...polls).credit).toBe(credit))
  it('is watched over three intervals and one deadline at most', () => expect(longestGap(plan())).toBe(3 * MINUTE + 1000))
  it('takes a metric nobody read for missing, whatever it was before', () =>
    expect(poll(plan(), [MINUTE, undefined]).tracks['errors']).toMatchObject({ verdict: 'unknown', met: false }))
})

const aimed = plan({
  phases: [phase({ steps: [{ to: 100, hold: 0 }], success: [{ metric: 'errors', rule: rule('< 1%'), over: MINUTE }] })],
})
const early = plan({ phases: [phase({ success: [{ metric: 'errors', rule: rule('< 1%'), over: MINUTE }] })] })
const CRITERIA: readonly (readonly [string, readonly Poll[], number])[] = [
  [
    'grow while they hold',
    [
      [MINUTE, good],
      [2 * MINUTE, good],
    ],
    2 * MINUTE,
  ],
  [
    'wait while nothing is known',
    [
      [MINUTE, good],
      [2 * MINUTE, gone],
      [3 * MINUTE, undefined],
    ],
    MINUTE,
  ],
  [
    'wait over a gap',
    [
      [MINUTE, good],
      [60 * MINUTE, good],
    ],
    MINUTE,
  ],
  [
    'start over when broken',
    [
      [MINUTE, good],
      [2 * MINUTE, value(0.01)],
      [3 * MINUTE, good],
    ],
    MINUTE,
  ],
]

describe('a metric that looks back', () => {
  const back = plan({ metrics: { errors: metric({ looksBack: 5 * MINUTE }) } })
  const reasonAt = (cursor: number, ...at: readonly number[]): string | undefined =>
    at.reduce<Watch | undefined>(
      (before, minute) => observe(back, { phase: phase(), cursor }, before, { errors: good }, tick(minute * MINUTE)),
      undefined,
    )?.tracks['errors']?.missing?.reason
  it('says nothing of a step that is younger', () => expect(reasonAt(0, 0, 2, 4)).toBe('looks-back'))
  it('says it once the step is as old', () => expect(reasonAt(0, 0, 2, 4, 5)).toBeUndefined())
  it('says it before the first step, where nothing has changed', () => expect(reasonAt(-1, 0)).toBeUndefined())
  it('counts time that was watched, not time that passed', () => expect(reasonAt(0, 0, 60)).toBe('looks-back'))
})

describe('criteria', () => {
  it.each(CRITERIA)('%s', (_, polls, held) => expect(poll(aimed, ...polls).criteria).toEqual({ 'core/0': held }))
  it('do not grow before the last step', () => expect(poll(early, [MINUTE, good]).criteria).toEqual({}))
})

describe('a step just reached', () => {
  const before = watch(
    { errors: track({ criticalFor: 5 }) },
    { credit: 9, criteria: { 'core/0': 7 }, counting: { errors: { last: { all: { total: { a: 1 } } } } } },
  )
  it('has proven nothing; criteria that held before the last step are void', () => {
    expect(beginWatch(plan(), 0, before, {}, tick(50)).criteria).toEqual({})
    // Back at the end of a phase that was complete: what it proved stays.
    expect(beginWatch(plan(), 1, before, {}, tick(50)).criteria).toEqual({ 'core/0': 7 })
  })
  it('begins anew with counters as they are', () => {
    const now = beginWatch(plan(), 1, before, { errors: ratio(2, 8) }, tick(50))
    expect(now).toMatchObject({ credit: 0, monotonic: 50, criteria: { 'core/0': 7 } })
    expect(now.tracks['errors']).toEqual({
      verdict: 'unknown',
      met: false,
      missing: { reason: 'first-poll', detail: 'nothing measured at this step yet' },
      bins: [],
    })
    expect(now.counting).toEqual({ errors: { last: { all: { bad: { a: 2 }, total: { a: 8 } } }, at: NOW } })
  })
  it('begins from no sample that is too old: what came since would count as its own', () => {
    const old = { ...ratio(2, 8), at: NOW - 60 * MINUTE }
    expect(beginWatch(plan(), 1, before, { errors: old }, tick(50)).counting).toBeUndefined()
  })
  it('forgets counters from before it', () => expect(beginWatch(plan(), 0, before, {}, tick(50)).counting).toBeUndefined())
})

const NEWS: readonly (readonly [string, Partial<Watch>, Watch['tracks'], boolean])[] = [
  ['nothing', {}, { errors: track() }, false],
  ['another value', {}, { errors: track({ value: 0.002 }) }, false],
  ['a verdict', {}, { errors: track({ verdict: 'warning' }) }, true],
  ['success lost', {}, { errors: track({ met: false }) }, true],
  ['a streak', {}, { errors: track({ criticalFor: 0 }) }, true],
  ['a tenth of the hold', { credit: MINUTE }, { errors: track() }, true],
  ['ten minutes', { monotonic: 10 * MINUTE }, { errors: track() }, true],
]

describe('news', () => {
  const isNews = (before: Watch | undefined, now: Watch, hold: number): boolean =>
    isDue(plan(), before, now, [hold]) || hasTurned(before, now)
  it.each(NEWS)('%s: %#', (_, more, tracks, news) => expect(isNews(watch(), watch(tracks, more), 10 * MINUTE)).toBe(news))
  it('is the first watch of all', () => expect(isNews(undefined, watch(), MINUTE)).toBe(true))
  it('is no time beyond the hold', () => {
    const [held, longer] = [watch(undefined, { credit: 10 * MINUTE }), watch(undefined, { credit: 15 * MINUTE, monotonic: 5 * MINUTE })]
    expect([isNews(held, longer, 10 * MINUTE), isNews(held, longer, 60 * MINUTE)]).toEqual([false, false])
    expect(isNews(held, { ...longer, credit: 16 * MINUTE }, 60 * MINUTE)).toBe(true)
  })
  it('is a tenth of the shortest time that is not over', () => {
    const [begun, later] = [9, 10.2].map((minutes) => watch(undefined, { credit: minutes * MINUTE }))
    const isWorth = (needed: readonly number[]): boolean => isDue(plan(), begun, later ?? watch(), needed)
    expect([isWorth([20 * MINUTE, 1440 * MINUTE]), isWorth([10 * MINUTE, 1440 * MINUTE]), isWorth([1440 * MINUTE])]).toEqual([
      false,
      true,
      false,
    ])
  })
  it('is the end of the hold, once a poll has waited for something else', () => {
    const [kept, over, waited] = [9.5 * MINUTE, 10.4 * MINUTE, 10.9 * MINUTE].map((credit) => watch(undefined, { credit }))
    expect([over, waited].map((now) => now && isNews(kept, now, 10 * MINUTE))).toEqual([false, true])
    expect(isNews(waited, watch(undefined, { credit: 11.4 * MINUTE }), 10 * MINUTE)).toBe(false)
  })
})

describe('time between two machines', () => {
  const at = (monotonic: number, domain: string, shared?: Tick['shared']): Tick => ({
    ...tick(monotonic, domain),
    ...(shared && { shared }),
  })
  const of = plan()
  const [current = phase()] = of.phases
  const look = (before: Watch | undefined, now: Tick): Watch => observe(of, { phase: current, cursor: 0 }, before, { errors: good }, now)
  const first = look(watch({ errors: track() }), at(0, 'test', { at: 5 * MINUTE, domain: 'db' }))

  it.each([
    ['counts by the clock of the store', { at: 7 * MINUTE, domain: 'db' }, 2 * MINUTE, undefined],
    ['does not where it is longer than a watch may be apart', { at: 60 * MINUTE, domain: 'db' }, 0, undefined],
    ['does not where that clock was set back', { at: 4 * MINUTE, domain: 'db' }, 0, undefined],
    ['does not by the clock of another store, and that is kept', { at: 7 * MINUTE, domain: 'other' }, 0, true],
    ['does not without one, and that is kept', undefined, 0, true],
  ] as const)('%s', (_, shared, credit, isSevered) => {
    const now = look(first, at(9 * MINUTE, 'another boot', shared))
    expect([now.credit - first.credit, now.isSevered]).toEqual([credit, isSevered])
    // The next look on that machine is timed by its own clock again.
    expect(look(now, at(10 * MINUTE, 'another boot')).isSevered).toBeUndefined()
  })

  it('counts for the least that it can have been', () => {
    const late = look(watch({ errors: track() }), at(0, 'test', { at: 5 * MINUTE, within: 2000, domain: 'db' }))
    const now = look(late, at(9 * MINUTE, 'another boot', { at: 7 * MINUTE, within: 5000, domain: 'db' }))
    expect(now.credit - late.credit).toBe(2 * MINUTE - 2000)
  })

  it('counts all but the first uncertainty, however close together the polls are', () => {
    const store = (seconds: number) => ({ at: seconds * 1000, within: 1000, domain: 'db' })
    const turns = [5, 5, 6, 6, 7, 7, 8, 8, 9]
    const watches = turns.reduce<Watch[]>(
      (so, seconds, nth) => [...so, look(so.at(-1), at(0, `boot ${nth}`, store(300 + seconds)))],
      [look(watch({ errors: track() }), at(0, 'test', store(305)))],
    )
    expect((watches.at(-1)?.credit ?? 0) - (watches[0]?.credit ?? 0)).toBe(3000)
    expect(watches.every((now, nth) => nth === 0 || !now.isSevered)).toBe(true)
  })

  it('counts nothing twice where the store tells its time less exactly than before', () => {
    const exact = look(watch({ errors: track() }), at(0, 'test', { at: 5 * MINUTE, domain: 'db' }))
    const own = look(exact, at(MINUTE, 'test', { at: 6 * MINUTE - 2000, within: 3000, domain: 'db' }))
    const other = look(own, at(9 * MINUTE, 'another boot', { at: 7 * MINUTE, domain: 'db' }))
    expect(other.credit - exact.credit).toBe(2 * MINUTE)
  })

  it('does not count what the clock of the store jumped while a machine went by its own', () => {
    const own = look(first, at(MINUTE, 'test', { at: 7 * MINUTE, domain: 'db' }))
    const other = look(own, at(9 * MINUTE, 'another boot', { at: 8 * MINUTE, domain: 'db' }))
    expect(other.credit - first.credit).toBe(2 * MINUTE)
  })

  it('goes by the own clock of one boot, whatever the store says', () => {
    expect(look(first, at(MINUTE, 'test', { at: 0, domain: 'db' })).credit - first.credit).toBe(MINUTE)
  })
})
