import { describe, expect, it } from 'vitest'
import { count, type Counted, type Counting } from '../../../src/core/judge/counting.ts'
import type { Reading } from '../../../src/core/values/reading.ts'
import { seeded } from '../../simulation/random.ts'
import { MINUTE, NOW, ratio } from '../../helpers/core.ts'

/** Counts readings one after another, a minute apart. */
function countEach(readings: readonly Reading[]): readonly Counted[] {
  let counting: Counting | undefined
  return readings.map((reading, nth) => {
    const found = count(counting, reading, ['all'], NOW + nth * MINUTE)
    counting = found.counting && JSON.parse(JSON.stringify(found.counting))
    return found.counted
  })
}

/** The sums that were counted, or why the last poll was not. */
function told(readings: readonly Reading[]): string {
  const all = countEach(readings)
  const last = all.at(-1)
  if (last?.is === 'missing') return last.reason
  const sums = { bad: 0, total: 0 }
  for (const each of all) {
    if (each.is !== 'ratio') continue
    sums.bad += each.gained.all?.['bad'] ?? 0
    sums.total += each.gained.all?.['total'] ?? 0
  }
  return `${sums.bad} of ${sums.total}`
}

const born = (began: number, bad: number, total: number): Reading => ({
  is: 'ratio',
  bad: { a: bad },
  total: { a: total },
  instance: { began: NOW + began },
})
const two = (a: number, b: number): Reading => ({ is: 'ratio', bad: {}, total: { a, b } })
/** A process with a series for each status that it has answered. */
const statuses = (ok: number, failed: number, moved = 0, began?: number): Reading => {
  const total = Object.fromEntries(Object.entries({ ok, failed, moved }).filter(([, count]) => count > 0))
  const bad = Object.fromEntries(Object.entries({ failed }).filter(([, count]) => count > 0))
  const whose = began === undefined ? { instances: { ok: 'web', failed: 'web', moved: 'web' } } : { instance: { began: NOW + began } }
  return { is: 'ratio', bad, total, ...whose }
}
/** A process, and beside it one that joins. */
const joined = (one: number, other = 0, failed = 0): Reading => ({
  is: 'ratio',
  bad: failed > 0 ? { failed } : {},
  total: other > 0 ? { one, other } : { one },
  instances: { one: 'web-1', other: 'web-2', failed: 'web-2' },
})

describe('where a counter begins', () => {
  it.each<[string, readonly Reading[], string]>([
    ['one poll says nothing', [ratio(3, 100)], 'first-poll'],
    ['what was gained', [ratio(3, 100), ratio(5, 200)], '2 of 100'],
    ['a counter that stands', [ratio(3, 100), ratio(3, 100)], '0 of 0'],
    ['a series that is gone', [two(5, 5), { is: 'ratio', bad: {}, total: { a: 9 } }], '0 of 4'],
    ['the first error creates its series', [{ is: 'ratio', bad: {}, total: { a: 100 } }, ratio(7, 200)], '7 of 100'],
    ['a fall is held back', [ratio(3, 1000), ratio(1, 40)], 'reset'],
    ['a fall that stays is a restart', [ratio(3, 1000), ratio(1, 40), ratio(3, 140)], '3 of 140'],
    ['also where it is polled more often than sampled', [ratio(3, 1000), ratio(1, 400), ratio(1, 400), ratio(3, 800)], '3 of 800'],
    ['a value that comes back', [ratio(3, 1000), ratio(1, 400), ratio(3, 1010)], 'in-turn'],
    ['a fall after a fall', [ratio(3, 1000), ratio(1, 400), ratio(1, 300)], 'in-turn'],
    ['workers of unlike age, growing in between', [two(5000, 9), two(3000, 9), two(3100, 9), two(5100, 9)], 'in-turn'],
    ['one of several that is back at once', [ratio(0, 1000), ratio(0, 100), ratio(0, 150), ratio(0, 1200)], 'in-turn'],
    ['replicas some seconds apart', [ratio(0, 1000), ratio(0, 998), ratio(0, 1005)], 'in-turn'],
    ['a sum of counters without one of them', [ratio(1, 1_000_000), ratio(1, 600_000), ratio(5, 600_100)], 'in-turn'],
    ['the noise of floating point', [ratio(0, 1e6 + 1e-5), ratio(0, 1e6), ratio(0, 1e6 + 10)], '0 of 10'],
    ['a process that says when it began', [born(0, 3, 1000), born(90_000, 4, 2000)], '4 of 2000'],
    ['processes that began before the last poll', [born(0, 3, 1000), born(MINUTE * -9, 9, 5000)], 'in-turn'],
    [
      'also behind a page that does not say when its process began',
      [born(-9 * MINUTE, 3, 1000), { is: 'ratio', bad: {}, total: { a: 1100 } }, born(-99 * MINUTE, 9, 9000)],
      'in-turn',
    ],
    ['one that is said to have begun later, but before it', [born(-99 * MINUTE, 0, 9000), born(-9 * MINUTE, 9, 500)], 'reset'],
    ['and has a life behind it', [born(-99 * MINUTE, 0, 9000), born(-9 * MINUTE, 9, 5000), born(-9 * MINUTE, 9, 5010)], 'in-turn'],
    [
      'what is owed of before does not speak for it',
      [ratio(0, 10), born(-99 * MINUTE, 0, 9000), born(-99 * MINUTE, 0, 9100), born(-9 * MINUTE, 9, 9500)],
      'reset',
    ],
    [
      'what was held back of another',
      [{ is: 'ratio', bad: {}, total: { b: 5 } }, born(-99 * MINUTE, 0, 9000), born(-9 * MINUTE, 9, 15_000)],
      'reset',
    ],
    ['and the other answers again', [born(-99 * MINUTE, 0, 9000), born(-9 * MINUTE, 9, 500), born(-99 * MINUTE, 0, 9100)], 'in-turn'],
    [
      'statuses that come back one by one after a restart',
      [statuses(9000, 50, 20), statuses(100, 0), statuses(400, 0, 1), statuses(700, 1, 2), statuses(1000, 3, 3), statuses(1300, 3, 3)],
      '3 of 1306',
    ],
    [
      'also of a process that says when it began',
      [
        statuses(9000, 50, 20, 0),
        statuses(100, 0, 0, 50_000),
        statuses(400, 0, 1, 50_000),
        statuses(700, 60, 2, 50_000),
        statuses(800, 60, 2, 50_000),
      ],
      '60 of 862',
    ],
    ['of one process everything begins again', [born(0, 1, 1000), born(0, 5, 100), born(0, 6, 200)], '6 of 200'],
    [
      'a series with a whole life behind it',
      [
        two(1000, 5),
        { is: 'ratio', bad: {}, total: { a: 1100, b: 5, c: 90_000 } },
        { is: 'ratio', bad: {}, total: { a: 1200, b: 5, c: 90_010 } },
      ],
      'late',
    ],
    [
      'the errors of a process with a whole life behind it',
      [joined(1000), joined(2000, 90_000, 450), joined(3000, 90_500, 452), joined(4000, 91_000, 452)],
      '2 of 4000',
    ],
    ['those of a process that is new', [joined(1000), joined(2000, 500, 60), joined(3000, 1000, 120)], '120 of 3000'],
    [
      'the first error beside a series that came and stands still',
      [
        two(1000, 5),
        { is: 'ratio', bad: {}, total: { a: 1100, b: 5, c: 500 } },
        { is: 'ratio', bad: { e: 7 }, total: { a: 1200, b: 5, c: 500 } },
      ],
      '7 of 200',
    ],
    [
      'a series of a new process',
      [ratio(0, 1000), { is: 'ratio', bad: {}, total: { a: 1100, c: 50 } }, { is: 'ratio', bad: {}, total: { a: 1200, c: 150 } }],
      '0 of 350',
    ],
  ])('%s', (_, readings, is) => expect(told(readings)).toBe(is))

  it('a counter that is read from several counts nothing until it has been steady for twenty polls', () => {
    const steady = Array.from({ length: 25 }, (_, nth) => ratio(0, 1100 + 10 * nth))
    const all = countEach([ratio(0, 1000), ratio(0, 400), ratio(0, 1010), ...steady])
    const used = all.findIndex((each, nth) => nth > 2 && each.is === 'ratio')
    expect(used).toBe(22)
    expect(all[used]).toEqual({ is: 'ratio', gained: { all: { bad: 0, total: 10 } } })
  })
})

/** A process: what it has counted, and its pace. */
interface Process {
  readonly id: string
  readonly pace: number
  total: number
  bad: number
}

const WORLDS = ['steady', 'restart', 'replaced', 'late', 'workers', 'replicas'] as const

/** What a drawn world counted, what was told of it, and why some of it was not. */
function live(seed: number) {
  const random = seeded(seed)
  const whole = (min: number, max: number): number => Math.floor(random.between(min, max))
  const kind = random.pick(WORLDS)
  const rate = random.pick([0.005, 0.3])
  let nth = 0
  const make = (life: number): Process => ({ id: `p${(nth += 1)}`, pace: whole(20, 220), total: life, bad: Math.floor(life / 200) })
  const processes = Array.from({ length: whole(1, 5) }, () => make(whole(1000, 50_000)))
  const event = whole(3, 9)
  const late = make(whole(20_000, 70_000))
  const [truth, seen] = [
    { bad: 0, total: 0 },
    { bad: 0, total: 0 },
  ]
  const missing = new Set<string>()
  let counting: Counting | undefined
  let before: Reading | undefined
  for (let poll = 0; poll < 16; poll += 1) {
    if (poll === event && kind === 'restart') processes[0] = { ...make(0), id: 'p1' }
    if (poll === event && kind === 'replaced') processes[0] = make(0)
    for (const each of poll === 0 ? [] : processes) {
      each.total += each.pace
      each.bad += Math.round(each.pace * rate)
      truth.total += each.pace
      truth.bad += Math.round(each.pace * rate)
    }
    if (poll === event && kind === 'late') processes.push(late)
    const shown = kind === 'workers' ? [{ ...(processes[poll % processes.length] ?? late), id: 'one' }] : processes
    const now: Reading = {
      is: 'ratio',
      bad: Object.fromEntries(shown.flatMap(({ id, bad }) => (bad > 0 ? [[id, bad]] : []))),
      total: Object.fromEntries(shown.map(({ id, total }) => [id, total])),
      instances: Object.fromEntries(shown.map(({ id }) => [id, id])),
    }
    // The last poll shows everything: one behind is late, not wrong.
    const reading = kind === 'replicas' && before && poll < 15 && random.next() < 0.5 ? before : now
    before = now
    const found = count(counting, reading, ['all'], NOW + poll * MINUTE)
    counting = found.counting
    if (found.counted.is === 'missing') missing.add(found.counted.reason)
    if (found.counted.is !== 'ratio') continue
    seen.total += found.counted.gained.all?.['total'] ?? 0
    seen.bad += found.counted.gained.all?.['bad'] ?? 0
  }
  return { kind, processes: processes.length, truth, seen, missing }
}

describe('series drawn at random', () => {
  it('are counted as they were, or are missing; never silently wrong', () => {
    const told = { whole: 0, missing: 0 }
    for (let seed = 1; seed <= 10_000; seed += 1) {
      const { kind, processes, truth, seen, missing } = live(seed)
      // What came late counts nothing of before, and what it counts from then on.
      const isTold = missing.has('in-turn') || (missing.has('late') && kind !== 'late')
      if (isTold) told.missing += 1
      else {
        told.whole += 1
        expect({ seed, kind, processes, ...seen }).toEqual({ seed, kind, processes, ...truth })
      }
    }
    expect(told.whole).toBeGreaterThan(4000)
    expect(told.missing).toBeGreaterThan(1000)
  })
})
