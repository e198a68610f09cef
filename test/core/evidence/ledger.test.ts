import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findingOf } from '../../../src/core/evidence/finding.ts'
import type { Gap, Read } from '../../../src/core/evidence/gap.ts'
import { nameOf, openLedger, resume, type Ledger } from '../../../src/core/evidence/ledger.ts'
import { evolveLedger } from '../../../src/core/evidence/evolve-ledger.ts'
import { UNKNOWN, usualOf } from '../../../src/core/evidence/normal.ts'
import type { Poll } from '../../../src/core/evidence/poll.ts'
import type { Group } from '../../../src/core/evidence/likelihood.ts'
import { sentenceOf } from '../../../src/core/evidence/sentence.ts'
import { seeded } from '../../../src/core/forecast/synthetic/chance.ts'
import { simulate } from '../../../src/core/forecast/synthetic/traffic.ts'
import { POLICY, pollOf, rollOut } from '../../helpers/evidence.ts'

const HISTOGRAM = { on: { '0.25': 54, '0.5': 59, '+Inf': 60 }, off: { '0.25': 5340, '0.5': 5881, '+Inf': 5940 } }
const GOOD: Read<Group> = { on: { total: 60, bad: 0 }, off: { total: 5940, bad: 30 } }

function poll(minute: number, errors: Read<Group> = GOOD, latency: Poll['latency'][string] = HISTOGRAM, step = 0): Poll {
  return { at: minute * 60_000, step, errors: { errors }, latency: { latency } }
}

function after(...polls: readonly Poll[]): Ledger {
  return polls.reduce((ledger, each) => evolveLedger(ledger, each, POLICY), openLedger(['errors'], ['latency']))
}

describe('saved and restored at every poll it ends bit for bit the same', () => {
  test.each([
    ['a good release', { name: '', errors: 0.005 }, 100],
    ['a bad one', { name: '', errors: 0.005, release: { errors: 0.01 } }, 10],
    ['through an incident', { name: '', errors: 0.005, incident: { between: [2, 4], lasts: 5, off: 0.1, on: 0.1, latency: 1.5 } }, 100],
    ['with no errors at all', { name: '', errors: 0 }, 1000],
  ] as const)('%s', (_, world, rate) => {
    const straight = rollOut(world, rate, 5)
    const restored = rollOut(world, rate, 5, (ledger) => JSON.parse(JSON.stringify(ledger)) as Ledger)
    expect(restored).toEqual(straight)
    expect(JSON.stringify(restored.ledger)).toBe(JSON.stringify(straight.ledger))
    expect(JSON.stringify(straight.ledger)).not.toContain('null')
    // What a journal would hold for a poll.
    expect(JSON.stringify(straight.ledger).length).toBeLessThan(8000)
  })
})

describe('buckets', () => {
  test('are chosen once enough was seen, and count from the next poll on', () => {
    const ledger = after(poll(1))
    expect(ledger.entries.map(nameOf)).toEqual(['errors', 'latency > 0.25', 'latency > 0.5'])
    expect(ledger.entries[1]?.stream.minutes).toBe(0)
    expect(after(poll(1), poll(2)).entries[1]?.stream.step.on).toEqual({ total: 60, bad: 6 })
  })

  test('wait for 300 requests of the toggle-off group', () => {
    const few = { on: { '0.25': 1, '0.5': 1, '+Inf': 1 }, off: { '0.25': 90, '0.5': 99, '+Inf': 100 } }
    const ledger = after(poll(1, GOOD, few), poll(2, GOOD, few))
    expect(ledger.entries).toHaveLength(1)
    expect(ledger.unchosen['latency']).toEqual({ '0.25': 180, '0.5': 198, '+Inf': 200 })
    expect(evolveLedger(ledger, poll(3, GOOD, few), POLICY).entries).toHaveLength(3)
  })
})

describe('what cannot be used is a gap with its reason, and says nothing either way', () => {
  const off = { total: 5940, bad: 30 }
  test.each<[string, Read<Group>, Pick<Gap, 'reason' | 'group' | 'detail'>]>([
    ['neither group', {}, { reason: 'unread', group: 'both', detail: 'neither group was read' }],
    ['no on group', { off }, { reason: 'unread', group: 'on', detail: 'the group with the toggle on was not read' }],
    ['no off group', { on: off }, { reason: 'unread', group: 'off', detail: 'the group with the toggle off was not read' }],
    ['NaN', { on: { total: Number.NaN, bad: 0 }, off }, { reason: 'impossible', group: 'on', detail: '0 bad of NaN' }],
    ['Infinity', { on: { total: Infinity, bad: 0 }, off }, { reason: 'impossible', group: 'on', detail: '0 bad of Infinity' }],
    ['more bad than total', { on: { total: 60, bad: 61 }, off }, { reason: 'impossible', group: 'on', detail: '61 bad of 60' }],
    [
      'negative',
      { on: { total: 60, bad: 0 }, off: { total: -1, bad: -1 } },
      { reason: 'impossible', group: 'off', detail: '-1 bad of -1: a count below zero' },
    ],
    [
      'no traffic',
      { on: { total: 0, bad: 0 }, off: { total: 0, bad: 0 } },
      { reason: 'silent', group: 'both', detail: 'no request at all' },
    ],
    ['no traffic on', { on: { total: 0, bad: 0 }, off }, { reason: 'silent', group: 'on', detail: 'no request with the toggle on' }],
    [
      'no traffic off',
      { on: { total: 6, bad: 0 }, off: { total: 0, bad: 0 } },
      { reason: 'silent', group: 'off', detail: 'no request with the toggle off' },
    ],
  ])('%s', (_, errors, expected) => {
    const before = after(poll(1), poll(2))
    const ledger = evolveLedger(before, poll(3, errors), POLICY)
    expect(ledger.gaps).toEqual({ errors: expect.objectContaining({ ...expected, polls: 1 }) })
    expect(ledger.entries[0]?.stream.harm.begun.every((each) => Number.isFinite(each))).toBe(true)
    expect(ledger.counted).toBe(before.counted)
    expect(['hold', 'pause']).toContain(findingOf(ledger, POLICY).do)
    expect(evolveLedger(ledger, poll(4), POLICY).gaps).toEqual({})
  })

  test.each<[string, Poll['latency'][string], Pick<Gap, 'reason' | 'group' | 'detail'>]>([
    [
      'not cumulative',
      { ...HISTOGRAM, on: { '0.25': 54, '0.5': 50, '+Inf': 60 } },
      { reason: 'impossible', group: 'on', detail: '50 requests in bucket 0.5, 54 below it' },
    ],
    ['no +Inf', { ...HISTOGRAM, off: { '0.25': 54 } }, { reason: 'impossible', group: 'off', detail: 'no +Inf bucket' }],
    [
      'a bound that is none',
      { ...HISTOGRAM, off: { fast: 54, '+Inf': 60 } },
      { reason: 'impossible', group: 'off', detail: '54 requests in bucket fast, 0 below it' },
    ],
    [
      'a bucket is gone',
      { ...HISTOGRAM, on: { '0.25': 54, '1': 60, '+Inf': 60 } },
      { reason: 'buckets', group: 'on', detail: 'bucket 0.5 is gone' },
    ],
  ])('a histogram: %s', (_, latency, expected) => {
    const ledger = after(poll(1), poll(2), poll(3, GOOD, latency))
    expect(ledger.gaps).toEqual({ latency: expect.objectContaining(expected) })
    expect(ledger.entries.map(nameOf)).toEqual(['errors', 'latency > 0.25', 'latency > 0.5'])
    expect(findingOf(ledger, POLICY)).toMatchObject({ do: 'hold', because: 'missing', metric: 'latency' })
  })

  test('gaps in a row are counted, with the requests there should have been', () => {
    const silent = { on: { total: 0, bad: 0 }, off }
    const ledger = after(poll(1), poll(2, silent), poll(3, silent))
    expect(ledger.gaps['errors']).toMatchObject({ polls: 2 })
    expect(ledger.gaps['errors']?.expected).toBeCloseTo(120, 9)
  })
})

test.each<[string, Poll, string]>([
  ['the same time again', poll(2), 'the same poll again'],
  ['an older one', poll(1), 'a poll older than the last one'],
  ['no time', poll(Number.NaN), 'the time of the poll is NaN'],
  ['a step without an off group', poll(3, GOOD, HISTOGRAM, 4), 'nobody has the toggle off at this step: there is nothing to compare with'],
])('refused: %s', (_, bad, detail) => {
  const ledger = after(poll(1), poll(2))
  expect(evolveLedger(ledger, bad, POLICY)).toEqual({ ...ledger, refused: detail })
  expect(findingOf(evolveLedger(ledger, bad, POLICY), POLICY)).toMatchObject({ do: 'hold', because: 'refused', detail })
  expect(evolveLedger(evolveLedger(ledger, bad, POLICY), poll(3), POLICY).refused).toBeUndefined()
})

describe('an incident in the toggle-off group', () => {
  const calm = Array.from({ length: 10 }, (_, nth) => poll(nth + 1))
  const hurt = { on: { total: 60, bad: 30 }, off: { total: 5940, bad: 600 } }

  test('that starts takes nothing for evidence against the release, and one under way nothing at all', () => {
    const before = after(...calm)
    const starts = evolveLedger(before, poll(11, hurt), POLICY)
    expect(starts.incident).toMatchObject({ stream: 'errors', rate: 600 / 5940 })
    expect(starts.incident?.normal).toBeCloseTo(30 / 5940, 4)
    const [was, is] = [before.entries[0]?.stream, starts.entries[0]?.stream]
    expect(is?.harm.begun.every((each, nth) => each <= (was?.harm.begun[nth] ?? 0) + 1e-3)).toBe(true)
    const later = evolveLedger(starts, poll(12, hurt), POLICY)
    expect(later.entries[0]?.stream).toEqual(starts.entries[0]?.stream)
    expect(findingOf(later, POLICY)).toMatchObject({ do: 'pause', because: 'incident' })
  })

  test('is over three calm polls after it last showed', () => {
    let ledger = evolveLedger(after(...calm), poll(11, hurt), POLICY)
    const because: boolean[] = []
    for (let minute = 12; minute < 22; minute += 1) {
      ledger = evolveLedger(ledger, poll(minute), POLICY)
      because.push(ledger.incident !== undefined)
    }
    expect(because).toEqual([true, true, true, false, false, false, false, false, false, false])
  })

  test('that lasts is one until it is over, though nothing of it is new, and what was normal stays so', () => {
    let ledger = after(...calm)
    for (let minute = 11; minute < 60; minute += 1) {
      ledger = evolveLedger(ledger, poll(minute, hurt), POLICY)
      expect(ledger.incident?.normal).toBeCloseTo(30 / 5940, 4)
    }
    for (let minute = 60; minute < 64; minute += 1) ledger = evolveLedger(ledger, poll(minute), POLICY)
    expect(ledger.incident).toBeUndefined()
    expect(usualOf(ledger.entries[0]?.normal ?? UNKNOWN).bad / usualOf(ledger.entries[0]?.normal ?? UNKNOWN).total).toBeCloseTo(
      30 / 5940,
      4,
    )
  })

  test('counts nothing that was gained in it once it is over', () => {
    const silent: Group = { total: 0, bad: 0 }
    let ledger = evolveLedger(after(...calm), poll(11, hurt), POLICY)
    for (let minute = 12; minute < 14; minute += 1) ledger = evolveLedger(ledger, poll(minute), POLICY)
    const counted = ledger.entries[0]?.stream.step
    ledger = evolveLedger(ledger, poll(14, { on: { total: 60, bad: 30 }, off: silent }), POLICY)
    ledger = evolveLedger(ledger, poll(15, { on: silent, off: { total: 5940, bad: 30 } }), POLICY)
    expect([ledger.incident, ledger.entries[0]?.stream.step]).toEqual([undefined, counted])
  })

  test('a person may resume from it: what is normal is learned anew, and the next poll counts', () => {
    const resumed = resume(evolveLedger(after(...calm), poll(11, hurt), POLICY))
    expect(evolveLedger(resumed, poll(12), POLICY)).toMatchObject({ polls: 1, counted: 1, lasted: 60_000 })
  })

  test('a person may resume from it: what is normal is learned anew', () => {
    const ledger = resume(evolveLedger(after(...calm), poll(11, hurt), POLICY))
    expect(ledger.incident).toBeUndefined()
    expect(evolveLedger(ledger, poll(12, { on: { total: 60, bad: 6 }, off: { total: 5940, bad: 600 } }), POLICY).incident).toBeUndefined()
    expect(ledger.entries[0]?.stream.harm).toBeDefined()
  })
})

test('what was polled at the step before does not count for the next', () => {
  const before = after(poll(1), poll(2), poll(3))
  expect(before).toMatchObject({ step: 0, polls: 3, counted: 3, lasted: 180_000 })
  const entered = evolveLedger(before, poll(4, GOOD, HISTOGRAM, 1), POLICY)
  expect(entered).toMatchObject({ step: 1, polls: 1, counted: 1, lasted: 60_000 })
})

test.each([[[1]], [[0]], [[]]])('shares of %j have nobody to compare with', (shares) => {
  const refused = evolveLedger(openLedger(['errors'], []), poll(1), { ...POLICY, shares })
  expect(refused).toMatchObject({ refused: 'nobody has the toggle off at this step: there is nothing to compare with', polls: 0 })
})

describe('groups that move in turn', () => {
  const silent: Group = { total: 0, bad: 0 }
  /** The group with the toggle on has moved in every other poll, and the other in those between. */
  const turns = (count: number, bad: number): readonly Poll[] =>
    Array.from({ length: count }, (_, nth) =>
      poll(nth / 2 + 1, nth % 2 === 0 ? { on: { total: 60, bad }, off: silent } : { on: silent, off: { total: 5940, bad: 30 } }),
    )
  const together = (count: number, bad: number): readonly Poll[] =>
    Array.from({ length: count }, (_, nth) => poll(nth + 1, { on: { total: 60, bad }, off: { total: 5940, bad: 30 } }))

  test('count as if they had moved together, and a bad release is found', () => {
    const ledger = openLedger(['errors'], [])
    const [inTurn, atOnce] = [turns(20, 3), together(10, 3)].map((polls) =>
      polls.reduce((so, each) => evolveLedger(so, each, POLICY), ledger),
    )
    expect(inTurn?.entries[0]?.stream.step).toMatchObject({ on: { total: 600, bad: 30 }, off: { total: 59_400, bad: 300 } })
    expect(inTurn && findingOf(inTurn, POLICY).do).toBe('rollback')
    expect(atOnce && findingOf(atOnce, POLICY).do).toBe('rollback')
  })

  test('and a good one goes on', () => {
    const ledger = turns(8, 0).reduce((so, each) => evolveLedger(so, each, POLICY), openLedger(['errors'], []))
    expect(findingOf(ledger, POLICY).do).toBe('advance')
  })

  test('one that stays away is missing after three minutes, and what waited for it does not count', () => {
    const polls = Array.from({ length: 4 }, (_, nth) => poll(nth + 1, { on: silent, off: { total: 5940, bad: 30 } }))
    const alone = polls.reduce((so, each) => evolveLedger(so, each, POLICY), openLedger(['errors'], []))
    expect(findingOf(alone, POLICY)).toMatchObject({ do: 'pause', because: 'missing' })
    const back = evolveLedger(alone, poll(5, { on: { total: 60, bad: 0 }, off: silent }), POLICY)
    expect(back.entries[0]?.stream.step.off.total).toBeLessThanOrEqual(3 * 5940)
  })
})

test('a stream that wanders tempers the others', () => {
  const quiet = after(...Array.from({ length: 10 }, (_, nth) => poll(nth + 1)))
  const [errors, ...latency] = quiet.entries
  if (!errors) throw new Error('no stream of errors')
  const wandering = latency.map((entry) => ({
    ...entry,
    stream: { ...entry.stream, noise: { ...entry.stream.noise, drift: [50, 5] as const } },
  }))
  const bad = poll(11, { on: { total: 60, bad: 12 }, off: { total: 5940, bad: 30 } })
  const harm = (ledger: Ledger): number => evolveLedger(ledger, bad, POLICY).entries[0]?.stream.step.tempered.on ?? 0
  expect(harm({ ...quiet, entries: [errors, ...wandering] })).toBeLessThan(harm(quiet) / 2)
})

test('a ledger of another machine replays to the same bits', () => {
  const traffic = simulate({ name: '', errors: 0.005, noise: { errors: 0.2, latency: 0.05, memory: 0.8 } }, 100, seeded(1))
  const polls = Array.from({ length: 40 }, (_, nth) => pollOf(traffic(0.05), 1, nth + 1))
  expect(JSON.stringify(after(...polls))).toBe(JSON.stringify(after(...polls)))
})

describe('whatever is read', () => {
  const number = fc.oneof(fc.integer({ min: -5, max: 5000 }), fc.constantFrom(0, -0, Number.NaN, Infinity, -Infinity, 1e300, 5e-324, 0.5))
  const group = fc.option(fc.record({ total: number, bad: number }), { nil: undefined })
  const histogram = fc.option(fc.dictionary(fc.constantFrom('0.1', '0.25', '0.5', '+Inf', 'x', ''), number), { nil: undefined })
  const any = fc.record({
    at: fc.oneof(fc.integer({ min: 0, max: 50 }), fc.constantFrom(Number.NaN, Infinity)),
    step: fc.constantFrom(0, 0, 1, 2, 3, 3, 4, -1, 0.5),
    errors: fc.record({ on: group, off: group }).map((errors) => ({ errors })),
    latency: fc.record({ on: histogram, off: histogram }).map((latency) => ({ latency })),
  })

  test('nothing throws, every number stays finite, and JSON keeps every bit', () => {
    fc.assert(
      fc.property(fc.array(any, { maxLength: 30 }), (polls) => {
        let ledger = openLedger(['errors'], ['latency'])
        for (const each of polls) {
          ledger = evolveLedger(ledger, each, POLICY)
          const finding = findingOf(ledger, POLICY)
          expect(Number.isFinite(finding.evidence)).toBe(true)
          expect(sentenceOf(finding, ledger, POLICY, 60_000)).not.toMatch(/NaN[%×:]|undefined|Infinity[%×:]/)
        }
        const saved = JSON.stringify(ledger)
        expect(saved).not.toContain('null')
        expect(JSON.stringify(JSON.parse(saved))).toBe(saved)
      }),
      { seed: 6, numRuns: 300 },
    )
  })

  test('garbage alone never rolls back', () => {
    const bad = fc.record({ total: fc.constantFrom(Number.NaN, -5, 3), bad: fc.constantFrom(Infinity, 7, Number.NaN) })
    fc.assert(
      fc.property(fc.array(fc.record({ on: bad, off: bad }), { maxLength: 20 }), (reads) => {
        const ledger = after(...reads.map((errors, nth) => poll(nth + 1, errors)))
        expect(findingOf(ledger, POLICY)).toMatchObject(reads.length === 0 ? { do: 'hold' } : { because: 'missing' })
      }),
      { seed: 7, numRuns: 100 },
    )
  })
})
