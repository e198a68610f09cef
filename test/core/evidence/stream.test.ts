import { describe, expect, test } from 'vitest'
import { HARM, PROOF, lnRatios, temper, type Hypotheses } from '../../../src/core/evidence/hypotheses.ts'
import type { Group } from '../../../src/core/evidence/likelihood.ts'
import { MINUTE } from '../../../src/core/evidence/minute.ts'
import { beginMixture, grow, unbegun, worth } from '../../../src/core/evidence/mixture.ts'
import { DEFAULTS, type Policy } from '../../../src/core/evidence/policy.ts'
import { FRESH, enterStep, evolveStream, harmOf, proofOf, totalOf, type EvidenceStream } from '../../../src/core/evidence/stream.ts'
import type { Stretch } from '../../../src/core/evidence/tempering.ts'
import { binomial, poisson, seeded, type Chance } from '../../../src/core/forecast/synthetic/chance.ts'

const POLICY: Policy = { ...DEFAULTS, shares: [0.01, 0.05, 0.25, 0.5] }
const ROLLOUTS = 1000
const POLLS = 40

/** A release exactly `ratio` times as bad: the rate swings between 0.5 and 7.5 %, the split from poll to poll between .1 and 50 %. */
function boundary(ratio: number, nth: number, chance: Chance, count: (requests: number, rate: number, chance: Chance) => number): Stretch {
  const rate = 0.04 + 0.035 * Math.sin(nth / 3)
  const on = Math.round(10_000 * 0.001 * 500 ** chance())
  const off = 10_000 - on
  return { on: { total: on, bad: count(on, rate * ratio, chance) }, off: { total: off, bad: count(off, rate, chance) }, lasted: MINUTE }
}

/** Every cause fails one, two or three requests. */
function clusters(requests: number, rate: number, chance: Chance): number {
  let bad = 0
  for (let causes = poisson((requests * rate) / 2, chance); causes > 0; causes -= 1) bad += 1 + Math.floor(3 * chance())
  return Math.min(requests, bad)
}

/** Shares of rollouts whose evidence ever reaches 20 and 100 to one. */
function everAbove(rollout: (chance: Chance) => Iterable<number>): readonly [twenty: number, hundred: number] {
  const chance = seeded(11)
  let [twenty, hundred] = [0, 0]
  for (let nth = 0; nth < ROLLOUTS; nth += 1) {
    const most = Math.max(...rollout(chance))
    if (most >= 20) twenty += 1
    if (most >= 100) hundred += 1
  }
  return [twenty / ROLLOUTS, hundred / ROLLOUTS]
}

function* untempered(hypotheses: Hypotheses, bound: number, chance: Chance): Iterable<number> {
  let mixture = beginMixture(unbegun(hypotheses.multiples.length), 1, hypotheses.weights)
  for (let nth = 0; nth < POLLS; nth += 1) {
    mixture = grow(mixture, temper(lnRatios(hypotheses, bound, boundary(bound, nth, chance, binomial)), 1, 1))
    yield worth(mixture)
  }
}

function* tempered(
  read: (stream: EvidenceStream) => number,
  policy: Policy,
  bound: number,
  count: typeof binomial,
  chance: Chance,
): Iterable<number> {
  let stream = FRESH
  for (let nth = 0; nth < POLLS; nth += 1) {
    stream = evolveStream(stream, boundary(bound, nth, chance, count), policy, 'all')
    yield read(stream)
  }
}

describe('exactly at the boundary, whatever the rate and the split do: ever 20:1 in at most 5%, 100:1 in 1%', () => {
  test.each([
    ['harm', HARM, 1.1],
    ['proof', PROOF, 1.5],
  ])('%s alone, untempered', (_, hypotheses, bound) => {
    const [twenty, hundred] = everAbove((chance) => untempered(hypotheses, bound, chance))
    // Not idle: it does come near.
    expect(twenty).toBeGreaterThan(0.001)
    expect(twenty).toBeLessThanOrEqual(0.05)
    expect(hundred).toBeLessThanOrEqual(0.01)
  })

  test.each<[string, (stream: EvidenceStream) => number, number]>([
    ['harm', harmOf, 1.1],
    ['proof', proofOf, 1.5],
  ])('%s of a whole stream', (_, read, bound) => {
    const [twenty, hundred] = everAbove((chance) => tempered(read, POLICY, bound, binomial, chance))
    expect(twenty).toBeLessThanOrEqual(0.05)
    expect(hundred).toBeLessThanOrEqual(0.01)
  })

  test('causes that fail one to three requests, told so: 100:1 in at most 1%', () => {
    const [, hundred] = everAbove((chance) => tempered(harmOf, { ...POLICY, eventsPerCause: 3 }, 1.1, clusters, chance))
    expect(hundred).toBeLessThanOrEqual(0.01)
  })
})

const off: Group = { total: 5000, bad: 25 }
const poll = (bad: number): Stretch => ({ on: { total: 5000, bad }, off, lasted: MINUTE })

test('one more failure with the toggle on never lowers the evidence, while the noise is known', () => {
  let last = 0
  for (let bad = 0; bad <= 300; bad += 1) {
    const evidence = worth(grow(FRESH.harm, temper(lnRatios(HARM, 1.1, poll(bad)), 0.4, 0.4)))
    expect(evidence).toBeGreaterThanOrEqual(last * (1 - 1e-12))
    last = evidence
  }
  expect(last).toBeCloseTo(20, 9)
})

test('no single poll decides', () => {
  expect(harmOf(evolveStream(FRESH, poll(5000), POLICY, 'all'))).toBeCloseTo(20, 9)
})

test('losses only: nothing speaks against the release, and nothing for it', () => {
  const before = evolveStream(FRESH, poll(40), POLICY, 'all')
  const worse = evolveStream(before, poll(80), POLICY, 'losses')
  expect(harmOf(worse)).toBeLessThanOrEqual(harmOf(before))
  expect(proofOf(worse)).toBeLessThan(proofOf(before))
  const better = evolveStream(before, poll(1), POLICY, 'losses')
  expect(harmOf(better)).toBeLessThan(harmOf(before))
  expect(proofOf(better)).toBe(proofOf(before))
  expect(worse.noise).toBe(before.noise)
  expect(evolveStream(before, poll(80), POLICY, 'none')).toBe(before)
})

test('what begins late is found, because some of the evidence begins late', () => {
  let stream = FRESH
  for (let nth = 0; nth < 200; nth += 1) stream = evolveStream(stream, poll(25), POLICY, 'all')
  // All that is left is what only begins with a later step.
  expect(harmOf(stream)).toBeLessThan(0.31)
  let polls = 0
  while (harmOf(stream) < 200 && polls < 100) {
    stream = evolveStream(stream, poll(100), POLICY, 'all')
    polls += 1
  }
  expect(polls).toBeLessThan(12)
})

test('another step: the proof starts over, the harm does not', () => {
  let stream = FRESH
  for (let nth = 0; nth < 20; nth += 1) stream = evolveStream(stream, poll(25), POLICY, 'all')
  expect(proofOf(stream)).toBeGreaterThan(40)
  const entered = enterStep(stream, POLICY)
  expect(proofOf(entered)).toBeCloseTo(1, 12)
  expect(harmOf(entered)).toBeCloseTo(harmOf(stream), 12)
  expect(entered.harm.waiting).toBeCloseTo(stream.harm.waiting - 0.1, 12)
  expect(entered.step.on.total).toBe(0)
  expect(totalOf(entered)).toEqual({ on: { total: 100_000, bad: 500 }, off: { total: 100_000, bad: 500 } })
})
