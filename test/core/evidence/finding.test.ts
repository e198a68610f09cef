import { describe, expect, test } from 'vitest'
import { evidenceOf, excessOf, findingOf, worstOf } from '../../../src/core/evidence/finding.ts'
import { exp } from '../../../src/core/evidence/elementary.ts'
import { HARM, lnRatios } from '../../../src/core/evidence/hypotheses.ts'
import { openLedger, type Entry, type Ledger } from '../../../src/core/evidence/ledger.ts'
import { evolveLedger } from '../../../src/core/evidence/evolve-ledger.ts'
import type { Poll } from '../../../src/core/evidence/poll.ts'
import type { Group, Pair } from '../../../src/core/evidence/likelihood.ts'
import { UNKNOWN } from '../../../src/core/evidence/normal.ts'
import { sentenceOf } from '../../../src/core/evidence/sentence.ts'
import { FRESH } from '../../../src/core/evidence/stream.ts'
import { seeded } from '../../../src/core/forecast/synthetic/chance.ts'
import type { GroupTraffic } from '../../../src/core/forecast/synthetic/pair-traffic.ts'
import { simulate } from '../../../src/core/forecast/synthetic/traffic.ts'
import type { World } from '../../../src/core/forecast/synthetic/world.ts'
import { POLICY, pollOf, rollOut } from '../../helpers/evidence.ts'

/** Polls of errors only, a minute apart. */
function after(polls: readonly (readonly [on: Group, off: Group])[], step = 0, policy = POLICY): Ledger {
  return polls.reduce<Ledger>(
    (ledger, [on, off], nth) => evolveLedger(ledger, errorPoll(nth + 1, on, off, step), policy),
    openLedger(['errors'], []),
  )
}

function errorPoll(minute: number, on: Group, off: Group, step: number): Poll {
  return { at: minute * 60_000, step, errors: { errors: { on, off } }, latency: {} }
}

/** The same every ten seconds. */
const often = (polls: number, on: Group, off: Group): Ledger =>
  Array.from({ length: polls }).reduce<Ledger>(
    (ledger, _, nth) => evolveLedger(ledger, { ...errorPoll(0, on, off, 0), at: (nth + 1) * 10_000 }, POLICY),
    openLedger(['errors'], []),
  )

const times = (count: number, on: Group, off: Group) => Array.from({ length: count }, () => [on, off] as const)
const NOBODY = { total: 0, bad: 0 }
const sentence = (ledger: Ledger): string => sentenceOf(findingOf(ledger, POLICY), ledger, POLICY, 60_000)

/** One stream of which the evidence of harm, and that of no harm, is so many to one. */
function entryOf(metric: string, harm: number, proof = 1): Entry {
  const stream = { ...FRESH, harm: { waiting: harm, begun: [] }, proof: { waiting: proof, begun: [] } }
  return { metric, stream, normal: UNKNOWN }
}

describe('where each decision follows', () => {
  const at = (harm: number): Ledger => ({
    ...openLedger(['errors'], []),
    entries: [entryOf('errors', harm)],
    polls: 2,
    counted: 2,
    lasted: 120_000,
  })
  test.each([
    [100, { do: 'rollback', stream: 'errors' }],
    [99.9, { do: 'pause', because: 'suspicion' }],
    [10, { do: 'pause', because: 'suspicion' }],
    [9.9, { do: 'pause', because: 'leaning' }],
    [1.1, { do: 'pause', because: 'leaning' }],
    [1, { do: 'hold', because: 'exposure' }],
  ])('with evidence of harm of %f to one', (harm, finding) => {
    expect(findingOf(at(harm), POLICY)).toMatchObject(finding)
  })

  test('the stream that is named is the one that looks worst', () => {
    const entries = [entryOf('a', 0.5), entryOf('b', 400), entryOf('c', 1)]
    expect(worstOf(entries)?.metric).toBe('b')
    expect(worstOf([])).toBeUndefined()
    expect(findingOf({ ...at(1), errors: ['a', 'b', 'c'], entries }, POLICY)).toMatchObject({ do: 'rollback', stream: 'b' })
  })

  test('everybody is not reached before latency is measured, a step up is where failures are', () => {
    const proven = { ...at(1), latency: ['latency'], unchosen: { latency: {} }, entries: [entryOf('errors', 0.5, 100)] }
    const last = POLICY.shares.length - 1
    expect(findingOf({ ...proven, step: last }, POLICY)).toMatchObject({ do: 'hold', because: 'buckets', metric: 'latency' })
    expect(findingOf({ ...proven, step: last, latency: [], unchosen: {} }, POLICY).do).toBe('complete')
    expect(findingOf({ ...proven, step: last - 1 }, POLICY)).toMatchObject({ do: 'hold', because: 'exposure' })
    expect(findingOf({ ...proven, errors: [], entries: [] }, POLICY)).toMatchObject({ do: 'hold', because: 'buckets' })
  })

  test('requests that fail together, or in bursts, bound a rate as so many fewer do', () => {
    const seen = (times: number, noise = FRESH.noise): Entry => ({
      ...entryOf('errors', 1),
      stream: { ...FRESH, noise, step: { ...FRESH.step, on: { total: 1000 * times, bad: 5 * times }, off: { total: 1e6, bad: 5000 } } },
    })
    const excess = (entry: Entry, eventsPerCause = 1): number => excessOf(entry, { ...POLICY, eventsPerCause }, 20)
    expect(excess(seen(4), 4)).toBe(excess(seen(1)))
    expect(excess(seen(4))).toBeLessThan(excess(seen(1)))
    expect(excess(seen(4, { ...FRESH.noise, dispersion: [20, 5] }))).toBe(excess(seen(1)))
  })
})

describe('what it says, and why', () => {
  test.each<[string, Ledger, object, string]>([
    [
      'one poll is too few',
      after(times(1, { total: 300, bad: 1 }, { total: 5700, bad: 28 }), 1),
      { do: 'hold', because: 'polls', polls: 1, needed: 2 },
      '1 of 2 polls at this step.',
    ],
    [
      'two good ones at 1 %',
      after(times(2, { total: 60, bad: 0 }, { total: 5940, bad: 30 })),
      { do: 'advance' },
      "no step's worth of harm is left to fear. Evidence of harm 0.6:1, limit 100.",
    ],
    [
      'too few to risk 25 %',
      after(times(2, { total: 9, bad: 0 }, { total: 160, bad: 1 }), 1),
      { do: 'hold', because: 'exposure', stream: 'errors' },
      'errors may be 19 points higher with the toggle on, at most 17 before the next step (5s of full outage); about 1m at this traffic.',
    ],
    [
      'four times as bad',
      after(times(3, { total: 588, bad: 11 }, { total: 5434, bad: 28 }), 2, { ...POLICY, shares: [0.01, 0.05, 0.1, 0.5] }),
      { do: 'rollback', stream: 'errors' },
      'errors on 33/1764 (1.87%) vs off 84/16302 (0.515%): at least 1.6× worse, 99% sure (tolerance 1.1×). Evidence 4996:1, limit 100.',
    ],
    [
      'suspicious',
      after(times(3, { total: 300, bad: 5 }, { total: 5700, bad: 28 }), 1),
      { do: 'pause', because: 'suspicion', stream: 'errors' },
      'errors on 15/900 (1.67%) vs off 84/17100 (0.491%) (tolerance 1.1×). Evidence 59:1, from 10 a suspicion, rolls back at 100.',
    ],
    [
      'leaning to harm',
      after(times(3, { total: 300, bad: 3 }, { total: 5700, bad: 28 }), 1),
      { do: 'pause', because: 'leaning', stream: 'errors' },
      'errors on 9/900 (1%) vs off 84/17100 (0.491%) (tolerance 1.1×). Nobody else gets it while the evidence leans to harm, 1.4:1.',
    ],
    [
      'not proven yet',
      after(times(10, { total: 300, bad: 2 }, { total: 300, bad: 2 }), 3),
      { do: 'hold', because: 'proof', stream: 'errors', needed: 40 },
      'errors: cannot yet rule out 2.9× (limit 1.5×); about 41m at this traffic.',
    ],
    [
      'proven',
      after(times(10, { total: 30_000, bad: 150 }, { total: 30_000, bad: 150 }), 3),
      { do: 'complete' },
      '1.5× as bad is ruled out, or negligible. Evidence of harm 0.2:1, limit 100.',
    ],
    [
      'too rare to matter',
      after(times(20, { total: 3000, bad: 0 }, { total: 3000, bad: 0 }), 3),
      { do: 'complete' },
      '1.5× as bad is ruled out, or negligible. Evidence of harm 1.0:1, limit 100.',
    ],
    [
      'an incident',
      after([...times(5, { total: 60, bad: 0 }, { total: 5940, bad: 30 }), ...times(1, { total: 60, bad: 6 }, { total: 5940, bad: 362 })]),
      { do: 'pause', because: 'incident', stream: 'errors' },
      'the control group is failing too (errors 6.09%, normally 0.507%). Not blamed on this release; it goes on when that is over.',
    ],
    [
      'nobody there',
      after([...times(2, { total: 60, bad: 0 }, { total: 5940, bad: 30 }), ...times(1, NOBODY, NOBODY)]),
      { do: 'pause', because: 'missing', metric: 'errors' },
      'missing: errors silent, no request at all.',
    ],
    [
      'on is silent for one poll',
      after([...times(2, { total: 60, bad: 0 }, { total: 5940, bad: 30 }), ...times(1, NOBODY, { total: 5940, bad: 30 })]),
      { do: 'hold', because: 'missing', metric: 'errors' },
      'missing: errors silent, no request with the toggle on.',
    ],
    [
      'on is silent for three',
      after([...times(2, { total: 60, bad: 0 }, { total: 5940, bad: 30 }), ...times(3, NOBODY, { total: 5940, bad: 30 })]),
      { do: 'pause', because: 'missing', metric: 'errors' },
      'missing: errors silent, no request with the toggle on for 3 polls, where about 180 were due: does the application run with what was written?',
    ],
    [
      'on is silent for three, but nobody should have been there',
      after([...times(2, { total: 1, bad: 0 }, { total: 59, bad: 0 }), ...times(3, NOBODY, { total: 60, bad: 0 })]),
      { do: 'hold', because: 'missing', metric: 'errors' },
      'missing: errors silent, no request with the toggle on for 3 polls.',
    ],
    [
      'half of the traffic at 1 %',
      after(times(2, { total: 3000, bad: 15 }, { total: 3000, bad: 15 })),
      { do: 'pause', because: 'share', stream: 'errors' },
      '50% of the traffic has the toggle on, not the 1% of this step.',
    ],
    [
      'of those with it on a quarter has come so far, and of the others what they did before the step too',
      after([...times(1, { total: 15, bad: 0 }, { total: 11_880, bad: 60 }), ...times(4, { total: 60, bad: 0 }, { total: 5940, bad: 30 })]),
      { do: 'advance' },
      "no step's worth of harm is left to fear. Evidence of harm 0.5:1, limit 100.",
    ],
    [
      'nothing decided in four hours',
      after(times(240, { total: 5, bad: 0 }, { total: 5, bad: 0 }), 3),
      { do: 'pause', because: 'inconclusive', lasted: 14_400_000 },
      'nothing decided after 4h at this step.',
    ],
  ])('%s', (_, ledger, finding, text) => {
    expect(findingOf(ledger, POLICY)).toMatchObject(finding)
    expect(sentence(ledger)).toBe(text)
  })

  test('a group that is no longer read at all pauses after three polls, never rolls back', () => {
    let ledger = after(times(2, { total: 60, bad: 0 }, { total: 5940, bad: 30 }))
    const said: string[] = []
    for (let minute = 3; minute < 8; minute += 1) {
      ledger = evolveLedger(
        ledger,
        { at: minute * 60_000, step: 0, errors: { errors: { off: { total: 5940, bad: 30 } } }, latency: {} },
        POLICY,
      )
      said.push(findingOf(ledger, POLICY).do)
    }
    expect(said).toEqual(['hold', 'hold', 'pause', 'pause', 'pause'])
    expect(sentence(ledger)).toBe('missing: errors unread, the group with the toggle on was not read for 5 polls.')
  })

  test('a step is left with 300 requests or after two minutes, however often it is looked at', () => {
    const few = [
      { total: 10, bad: 0 },
      { total: 990, bad: 5 },
    ] as const
    const early = often(2, ...few)
    const finding = findingOf(early, POLICY)
    expect(finding).toMatchObject({ do: 'hold', because: 'requests', requests: 20, lasted: 20_000 })
    expect(sentenceOf(finding, early, POLICY, 10_000)).toBe(
      '20 of 300 requests with the toggle on at this step, and 20s of 2m: either is enough; about 2m at this traffic.',
    )
    expect(findingOf(often(11, ...few), POLICY)).toMatchObject({ do: 'hold', because: 'requests' })
    expect(findingOf(often(12, ...few), POLICY)).toMatchObject({ do: 'advance' })
    const [many, others] = [
      { total: 150, bad: 0 },
      { total: 14_850, bad: 75 },
    ]
    expect(findingOf(often(1, many, others), POLICY)).toMatchObject({ because: 'polls' })
    expect(findingOf(often(2, many, others), POLICY)).toMatchObject({ do: 'advance' })
  })

  test('latency without a slow request is proven once so few can be slow that it is no harm', () => {
    const all = (total: number) => ({ '0.25': total, '+Inf': total })
    const shared = { on: all(500), off: all(500) }
    const after = (minutes: number) => {
      let ledger = openLedger([], ['latency'])
      for (let minute = 1; minute <= minutes; minute += 1)
        ledger = evolveLedger(ledger, { at: minute, step: 3, errors: {}, latency: { latency: shared } }, POLICY)
      return findingOf(ledger, POLICY)
    }
    expect(after(1)).toMatchObject({ do: 'hold', because: 'polls' })
    expect(after(3)).toMatchObject({ do: 'hold', because: 'proof', stream: 'latency > 0.25' })
    expect(after(20)).toMatchObject({ do: 'hold', because: 'proof' })
    expect(after(120)).toMatchObject({ do: 'complete' })
  })

  test.each([0, 3])('without a metric nothing moves (step %i)', (step) => {
    let ledger = openLedger([], [])
    for (let minute = 1; minute <= 3; minute += 1) ledger = evolveLedger(ledger, { at: minute, step, errors: {}, latency: {} }, POLICY)
    expect(findingOf(ledger, POLICY)).toMatchObject({ do: 'hold', because: 'unmeasured' })
    expect(sentence(ledger)).toBe('nothing is measured: no metric counts both groups.')
  })
})

test('evidence is half of failures and half of latency, each a mean', () => {
  const ledger = openLedger(['a', 'b'], ['l'])
  expect(evidenceOf(ledger)).toBeCloseTo(1, 12)
  const [a, b] = ledger.entries
  if (!a || !b) throw new Error('two entries')
  const strong = { ...a, stream: { ...a.stream, harm: { waiting: 0, begun: [40] } } }
  expect(evidenceOf({ ...ledger, entries: [strong, b] })).toBeCloseTo((40 + 1) / 2 / 2 + 1 / 2, 12)
  expect(evidenceOf({ ...ledger, latency: [], entries: [strong, b] })).toBeCloseTo((40 + 1) / 2, 12)
})

const INCIDENT = { between: [2, 6], lasts: 15, off: 0.1, on: 0.1, latency: 1.5 } as const

/** Minutes of a world, the steps ten minutes each: what a ledger paced by the clock sees. */
function clocked(
  world: World,
  rate: number,
  seed: number,
  minutes: number,
): readonly { readonly step: number; readonly on: GroupTraffic; readonly off: GroupTraffic }[] {
  const traffic = simulate(world, rate, seeded(seed))
  return Array.from({ length: minutes }, (_, nth) => {
    const step = Math.min(3, Math.floor(nth / (minutes / 4)))
    return { step, ...traffic(POLICY.shares[step] ?? 1) }
  })
}

function share(count: number, happens: (seed: number) => boolean): number {
  return Array.from({ length: count }, (_, seed) => seed).filter(happens).length / count
}

/** The harm mixture at full mass, untempered and uncapped, against the tolerance. */
function plain(pairs: readonly Pair[]): number {
  return HARM.multiples.reduce(
    (sum, _, nth) => sum + (HARM.weights[nth] ?? 0) * exp(pairs.reduce((log, pair) => log + (lnRatios(HARM, 1.1, pair)[nth] ?? 0), 0)),
    0,
  )
}

/** Whether a ledger paced by the clock ever rolls back. */
function rolledBack(world: World, rate: number, seed: number, minutes: number): boolean {
  let ledger = openLedger(['errors'], ['latency'])
  return clocked(world, rate, seed, minutes).some((minute, nth) => {
    ledger = evolveLedger(ledger, pollOf(minute, minute.step, nth + 1), POLICY)
    return findingOf(ledger, POLICY).do === 'rollback'
  })
}

describe('traps', () => {
  test('a bad release in an incident of both groups is not proven good by it', () => {
    const world: World = { name: '', errors: 0.005, release: { errors: 0.0085 }, incident: INCIDENT }
    expect(share(100, (seed) => rollOut(world, 100, seed).finding.do === 'complete')).toBeLessThanOrEqual(0.01)
  })

  test('totals pooled over steps call a good release bad on a steep day (Simpson’s paradox); the ledger does not', () => {
    const world: World = { name: '', errors: 0.005, trend: { errors: 8, traffic: 1.5 } }
    const pooled = share(40, (seed) => {
      const sums = { on: { total: 0, bad: 0 }, off: { total: 0, bad: 0 } }
      return clocked(world, 1000, seed, 120).some(({ on, off }) => {
        sums.on = { total: sums.on.total + on.total, bad: sums.on.bad + on.bad }
        sums.off = { total: sums.off.total + off.total, bad: sums.off.bad + off.bad }
        return plain([sums]) >= 100
      })
    })
    expect(pooled).toBeGreaterThan(0.15)
    expect(share(40, (seed) => rolledBack(world, 1000, seed, 120))).toBe(0)
  })

  test('a ratio that wanders is called bad without tempering', () => {
    const world: World = { name: '', errors: 0.005, noise: { errors: 0.3, latency: 0.05, memory: 0.8 } }
    const untempered = share(100, (seed) => {
      const pairs: Pair[] = []
      return clocked(world, 1000, seed, 48).some((minute) => {
        pairs.push(minute)
        return plain(pairs) >= 100
      })
    })
    expect(untempered).toBeGreaterThan(0.1)
    expect(share(100, (seed) => rolledBack(world, 1000, seed, 48))).toBeLessThanOrEqual(untempered / 2)
  })
})

test('where nothing ever fails the evidence never leans, whatever the interval', () => {
  for (const every of [1000, 7000, 10_000, 60_000, 61_001]) {
    let ledger = openLedger(['errors'], [])
    for (let nth = 1; nth <= 100; nth += 1) {
      const step = Math.min(3, Math.floor(nth / 25))
      const errors = { on: { total: 50, bad: 0 }, off: { total: 50, bad: 0 } }
      ledger = evolveLedger(ledger, { at: nth * every, step, errors: { errors }, latency: {} }, { ...POLICY, shares: [0.5, 0.5, 0.5, 0.5] })
      expect(findingOf(ledger, POLICY)).not.toMatchObject({ because: 'leaning' })
    }
  }
})
