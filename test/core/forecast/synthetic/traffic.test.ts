import { describe, expect, test } from 'vitest'
import { quantile } from '../../../../src/core/judge/counters.ts'
import { seeded } from '../../../../src/core/forecast/synthetic/chance.ts'
import { BOUND_NAMES, histogramOf } from '../../../../src/core/forecast/synthetic/latency.ts'
import type { PairTraffic } from '../../../../src/core/forecast/synthetic/pair-traffic.ts'
import { simulate } from '../../../../src/core/forecast/synthetic/traffic.ts'
import type { World } from '../../../../src/core/forecast/synthetic/world.ts'

const GOOD: World = { name: 'good', errors: 0.005 }

function minutes(world: World, count: number, share = 0.5, rate = 1000): readonly PairTraffic[] {
  const traffic = simulate(world, rate, seeded(2))
  return Array.from({ length: count }, () => traffic(share))
}

function rates(group: 'on' | 'off', all: ReturnType<typeof minutes>): readonly number[] {
  return all.map((minute) => minute[group].bad / minute[group].total)
}

const mean = (values: readonly number[]): number => values.reduce((sum, each) => sum + each, 0) / values.length

test('requests, errors and latency are as the world says, and divide by the share', () => {
  const all = minutes(GOOD, 200, 0.25)
  expect(mean(all.map(({ on }) => on.total)) / 15_000).toBeCloseTo(1, 2)
  expect(mean(all.map(({ off }) => off.total)) / 45_000).toBeCloseTo(1, 2)
  expect(mean(rates('on', all))).toBeCloseTo(0.005, 4)
  expect(mean(all.map(({ off }) => quantile(histogramOf(off.latency), 0.99)))).toBeGreaterThan(0.46)
  expect(mean(all.map(({ off }) => quantile(histogramOf(off.latency), 0.99)))).toBeLessThan(0.5)
  const tails = all.map(({ off }) => 1 - (histogramOf(off.latency)['0.25'] ?? 0) / off.total)
  expect(mean(tails)).toBeCloseTo(0.1106, 3)
})

test('every histogram is cumulative and ends with all requests, whatever the world', () => {
  const world: World = { ...GOOD, burst: 3, trend: { errors: 2, traffic: 2 }, noise: { errors: 0.2, latency: 0.3, memory: 0.8 } }
  for (const { on, off } of minutes(world, 100, 0.01, 10))
    for (const { total, bad, latency } of [on, off]) {
      const counts = BOUND_NAMES.map((le) => histogramOf(latency)[le] ?? Number.NaN)
      expect(counts).toEqual(counts.toSorted((a, b) => a - b))
      expect(counts.at(-1)).toBe(total)
      expect(counts[0]).toBeGreaterThanOrEqual(0)
      expect(bad).toBeLessThanOrEqual(total)
    }
})

describe('what can go wrong', () => {
  test('a release that is worse from a minute on', () => {
    const on = rates('on', minutes({ ...GOOD, release: { errors: 0.05, latency: 2, from: 10 } }, 20))
    expect(mean(on.slice(0, 10))).toBeLessThan(0.006)
    expect(mean(on.slice(10))).toBeCloseTo(0.05, 2)
  })

  test('an incident in both groups, and over', () => {
    const all = minutes({ ...GOOD, incident: { between: [5, 5], lasts: 4.5, off: 0.05, on: 0.1, latency: 2 } }, 15)
    expect(mean(rates('off', all.slice(5, 9)))).toBeCloseTo(0.055, 2)
    expect(mean(rates('on', all.slice(5, 9)))).toBeCloseTo(0.105, 2)
    // The last half minute of it.
    expect(rates('on', all)[9]).toBeCloseTo(0.055, 2)
    expect(mean(rates('on', [...all.slice(0, 5), ...all.slice(10)]))).toBeLessThan(0.006)
  })

  test('a day: errors and traffic go up and down together in both groups', () => {
    const all = minutes({ ...GOOD, trend: { errors: 3, traffic: 2 } }, 24 * 60)
    const off = rates('off', all)
    expect(Math.max(...off)).toBeGreaterThan(0.0145)
    expect(Math.min(...off)).toBeLessThan(0.002)
    expect(mean(rates('on', all)) / mean(off)).toBeCloseTo(1, 1)
    expect(Math.max(...all.map(({ off: { total } }) => total)) / Math.min(...all.map(({ off: { total } }) => total))).toBeGreaterThan(3.8)
  })

  test('noise wanders in the toggle-on group alone, and slowly', () => {
    const all = minutes({ ...GOOD, noise: { errors: 0.3, latency: 0, memory: 0.9 } }, 400, 0.5, 10_000)
    const logs = rates('on', all).map((rate) => Math.log(rate / 0.005))
    expect(Math.sqrt(mean(logs.map((log) => log ** 2)))).toBeGreaterThan(0.2)
    const lagged = mean(logs.slice(1).map((log, nth) => log * (logs[nth] ?? 0))) / mean(logs.map((log) => log ** 2))
    expect(lagged).toBeGreaterThan(0.75)
    expect(Math.sqrt(mean(rates('off', all).map((rate) => Math.log(rate / 0.005) ** 2)))).toBeLessThan(0.05)
  })

  test('at 100 % nobody has the toggle off', () => {
    expect(minutes(GOOD, 1, 1)[0]?.off).toMatchObject({ total: 0, bad: 0 })
  })
})

describe('a world is the same however often it is asked', () => {
  const MINUTE = 60_000

  /** The same minutes, of as many polls as go into each. */
  function asked(world: World, count: number, interval: number): readonly (readonly PairTraffic[])[] {
    const traffic = simulate(world, 1000, seeded(3), interval)
    return Array.from({ length: count }, () => Array.from({ length: MINUTE / interval }, () => traffic(0.5)))
  }

  test.each([10_000, 30_000, MINUTE])('polls of %d ms', (interval) => {
    const world: World = {
      name: '',
      errors: 0.01,
      release: { errors: 0.05, from: 20 },
      incident: { between: [5, 5], lasts: 4.6, off: 0.05, on: 0.05, latency: 1 },
    }
    const off = asked(world, 40, interval).map((polls) => mean(polls.map((poll) => poll.off.bad / poll.off.total)))
    const on = asked(world, 40, interval).map((polls) => mean(polls.map((poll) => poll.on.bad / poll.on.total)))
    expect([off[4], off[5], off[8], off[9], off[10]].map((rate) => rate?.toFixed(2))).toEqual(['0.01', '0.06', '0.06', '0.04', '0.01'])
    expect([on[19], on[20]].map((rate) => rate?.toFixed(2))).toEqual(['0.01', '0.05'])
    const requests = asked(world, 40, interval).map((polls) => polls.reduce((all, poll) => all + poll.on.total + poll.off.total, 0))
    expect(mean(requests) / 60_000).toBeCloseTo(1, 2)
  })

  test.each([10_000, 30_000, MINUTE])('the memory of noise, polls of %d ms', (interval) => {
    const world: World = { name: '', errors: 0.1, noise: { errors: 0.3, latency: 0, memory: 0.8 } }
    const logs = asked(world, 600, interval).map(([first]) => Math.log((first?.on.bad ?? 0) / (first?.on.total ?? 1) / 0.1))
    const variance = mean(logs.map((log) => log ** 2))
    expect(Math.sqrt(variance)).toBeCloseTo(0.3, 1)
    expect(mean(logs.slice(1).map((log, nth) => log * (logs[nth] ?? 0))) / variance).toBeCloseTo(0.8, 1)
  })
})

test('what a release caused is what it failed beyond what would have failed anyway', () => {
  const world: World = { name: '', errors: 0.01, release: { errors: 0.03 }, trend: { errors: 2, traffic: 1 } }
  const all = minutes(world, 1440)
  const caused = all.reduce((sum, each) => sum + each.caused, 0)
  const beyond = all.reduce((sum, { on, off }) => sum + on.bad - (off.bad / off.total) * on.total, 0)
  expect(caused / beyond).toBeCloseTo(1, 1)
  expect(minutes(GOOD, 10).map((each) => each.caused)).toEqual(Array.from({ length: 10 }, () => 0))
})

describe('what no release is to blame for', () => {
  const deviation = (values: readonly number[]): number => Math.sqrt(mean(values.map((each) => (each - mean(values)) ** 2)))

  test('both groups wander, each by itself', () => {
    const all = minutes({ ...GOOD, noise: { errors: 0.3, latency: 0, memory: 0.8, arms: 'both' } }, 400, 0.5, 10_000)
    const logs = { on: rates('on', all).map(Math.log), off: rates('off', all).map(Math.log) }
    expect(deviation(logs.on)).toBeCloseTo(0.3, 1)
    expect(deviation(logs.off)).toBeCloseTo(0.3, 1)
    const together = mean(logs.on.map((log, nth) => (log - mean(logs.on)) * ((logs.off[nth] ?? 0) - mean(logs.off))))
    expect(Math.abs(together)).toBeLessThan(0.03)
  })

  test('an incident that hits the groups up to so many minutes apart, and is one of both from the first on', () => {
    const begins = (world: World, seed: number): readonly number[] => {
      const traffic = simulate(world, 1000, seeded(seed))
      const all = Array.from({ length: 30 }, () => traffic(0.5))
      return (['on', 'off'] as const).map((group) => rates(group, all).findIndex((rate) => rate > 0.02))
    }
    const incident = { between: [10, 10], lasts: 10, off: 0.1, on: 0.1, latency: 1 } as const
    const lags = Array.from({ length: 60 }, (_, seed) => begins({ ...GOOD, incident: { ...incident, apart: 4 } }, seed)).map(
      ([on = 0, off = 0]) => on - off,
    )
    expect(Math.min(...lags)).toBeLessThan(-2)
    expect(Math.max(...lags)).toBeGreaterThan(2)
    expect(Math.max(...lags.map(Math.abs))).toBeLessThanOrEqual(4)
    expect(begins({ ...GOOD, incident }, 1)).toEqual([10, 10])
    expect(minutes({ ...GOOD, incident }, 30).map(({ broken }) => broken)).toEqual(
      Array.from({ length: 30 }, (_, nth) => nth >= 10 && nth < 20),
    )
  })

  test('storms of retries: what fails, fails again, in one group at a time', () => {
    const all = minutes({ ...GOOD, storms: { every: 20, lasts: 4, retries: 5 } }, 1000)
    const [on, off] = [rates('on', all), rates('off', all)]
    const stormy = on.filter((rate) => rate > 0.015).length
    // A storm every 24 minutes, at its full height in three of them or four.
    expect(stormy / on.length).toBeGreaterThan(0.08)
    expect(stormy / on.length).toBeLessThan(0.2)
    expect(Math.max(...on)).toBeGreaterThan(0.02)
    const both = on.filter((rate, nth) => rate > 0.015 && (off[nth] ?? 0) > 0.015).length
    expect(both / stormy).toBeLessThan(0.4)
  })

  test('users in other time zones have their day at other hours', () => {
    const all = minutes({ ...GOOD, trend: { errors: 3, traffic: 1, ahead: 12 } }, 1440)
    const [on, off] = [rates('on', all), rates('off', all)]
    const worst = on.indexOf(Math.max(...on))
    expect(off[worst] ?? 1).toBeLessThan(0.0025)
    expect(mean(on)).toBeCloseTo(mean(off), 3)
  })

  test('one client fails in the group that it is in', () => {
    const shares = [0.01, 0.05, 0.25, 0.5, 0.9]
    const groups = Array.from({ length: 100 }, (_, seed) => {
      const traffic = simulate({ ...GOOD, client: 0.4 }, 50_000, seeded(seed))
      return shares.map((share) => traffic(share)).map(({ on, off }) => on.bad / on.total > off.bad / off.total)
    })
    // Once it has the toggle on it keeps it; at 50 % it has in every second world.
    for (const [nth, of] of groups.entries()) expect([nth, of]).toEqual([nth, of.toSorted((a, b) => Number(a) - Number(b))])
    const have = groups.filter((of) => of[3]).length
    expect(have).toBeGreaterThan(35)
    expect(have).toBeLessThan(65)
    const all = minutes({ ...GOOD, client: 0.4 }, 100)
    expect(mean(all.map(({ on, off }) => (on.bad + off.bad) / (on.total + off.total)))).toBeCloseTo(0.005, 4)
  })

  test('a cold start after every step, and not at a step back', () => {
    const traffic = simulate({ ...GOOD, coldStart: { lasts: 2, errors: 0.02, latency: 3 } }, 1000, seeded(1))
    const seen = [0.1, 0.1, 0.1, 0.5, 0.5, 0.5, 0.2].map((share) => traffic(share))
    const cold = seen.map(({ on }) => on.bad / on.total > 0.02)
    expect(cold).toEqual([true, true, false, true, true, false, false])
    expect(seen.map(({ on }) => quantile(histogramOf(on.latency), 0.99) > 1)).toEqual(cold)
    expect(seen.every(({ off }) => off.bad / off.total < 0.01)).toBe(true)
  })

  test('counters that are scraped in turn: nothing, then all that was gained', () => {
    const world: World = { ...GOOD, scrape: { every: 1, apart: 0.5 } }
    const play = (each: World): readonly PairTraffic[] => {
      const traffic = simulate(each, 1000, seeded(1), 30_000)
      return Array.from({ length: 9 }, () => traffic(0.5))
    }
    const seen = play(world)
    expect(seen.map(({ on }) => on.total > 0)).toEqual([false, true, false, true, false, true, false, true, false])
    expect(seen.map(({ off }) => off.total > 0)).toEqual([true, false, true, false, true, false, true, false, true])
    const all = play(GOOD)
    const [first, second, third] = all
    expect(seen[1]?.on.bad).toBe((first?.on.bad ?? 0) + (second?.on.bad ?? 0))
    const fast = (pair: PairTraffic | undefined): number => (pair ? (histogramOf(pair.off.latency)['0.25'] ?? 0) : Number.NaN)
    expect(fast(seen[2])).toBe(fast(second) + fast(third))
  })

  test('what was held of those with one toggle is of those without the next', () => {
    const traffic = simulate({ ...GOOD, scrape: { every: 1, apart: 0.5 } }, 1000, seeded(1), 30_000)
    const shares = [1, 1, 1, 0.1, 0.1, 0.1]
    const seen = shares.map((share) => traffic(share)).slice(3)
    const on = seen.reduce((all, pair) => all + pair.on.total, 0)
    expect(on / 30_000).toBeCloseTo(0.3, 1)
  })

  test('scrapes that are missed, of each group by itself, and a source that does not answer: nothing is lost', () => {
    const play = (more: Partial<World>) => {
      const traffic = simulate({ ...GOOD, ...more }, 1000, seeded(1))
      return Array.from({ length: 2000 }, () => traffic(0.5))
    }
    const share = (seen: readonly PairTraffic[], is: (pair: PairTraffic) => boolean): number => seen.filter(is).length / seen.length
    const missed = play({ scrape: { missed: 0.1 } })
    expect(share(missed, ({ on }) => on.total === 0)).toBeCloseTo(0.1, 1)
    expect(share(missed, ({ on, off }) => on.total === 0 && off.total === 0)).toBeLessThan(0.03)
    const silent = play({ outages: { every: 60, lasts: 3 } })
    expect(share(silent, ({ isSilent }) => isSilent === true)).toBeGreaterThan(0.03)
    expect(share(silent, ({ isSilent }) => isSilent === true)).toBeLessThan(0.1)
    for (const seen of [missed, silent]) {
      const [nth] = [seen.findIndex(({ on }) => on.total === 0)]
      const after = seen.findIndex(({ on }, at) => at > nth && on.total > 0)
      expect((seen[after]?.on.total ?? 0) / 30_000).toBeCloseTo(after - nth + 1, 0)
      expect(seen.reduce((all, { off }) => all + off.total, 0) / 60_000_000).toBeCloseTo(1, 2)
    }
  })
})
