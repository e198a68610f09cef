import { setTimeout as sleep } from 'node:timers/promises'
import { writeFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openMeter, type Meter } from '../../src/sdk/meter.ts'
import type { ShadowOptions, Ways } from '../../src/sdk/shadows.ts'
import { openToggles } from '../../src/sdk/toggles.ts'
import { until } from '../helpers/until.ts'

const opened = (env: Readonly<Record<string, string>> = {}, shadow: ShadowOptions = {}) => {
  const meter = openMeter()
  const told: string[] = []
  const variables = { FEATURE_X: 'false', FEATURE_X_SHADOW: 'true', ...env }
  const toggles = openToggles({ env: variables, meter, shadow, onProblem: (message) => told.push(message) })
  return { meter, toggles, told, counts: () => countsOf(meter) }
}

/** What was compared, by outcome, and what was left out; without the zeros. */
function countsOf(meter: Meter): Readonly<Record<string, number>> {
  const points = meter
    .read()
    .filter(({ name }) => /comparisons/.test(name))
    .flatMap((family) => family.points)
  return Object.fromEntries(points.flatMap(({ labels, value }) => (value === 0 ? [] : [[labels.outcome ?? 'skipped', value]])))
}
const compared = async (counts: () => object, most = 1) =>
  until('they are compared', () => Object.values(counts()).reduce((sum, each) => sum + each, 0) >= most)

describe('the answer', () => {
  it('is that of the old way while the toggle is off: the very promise, and before the new way begins', async () => {
    const { toggles, counts } = opened()
    const promise = Promise.resolve('old')
    let hasBegun = false
    const given = toggles.compare('FEATURE_X', 'ada', { old: () => promise, new: async () => ((hasBegun = true), 'new') })
    expect(given).toBe(promise)
    await promise
    expect(hasBegun).toBe(false)
    await compared(counts)
    expect(counts()).toEqual({ different: 1 })
  })

  it('is that of the new way while it is on, and nothing is compared', async () => {
    const { toggles, counts, meter } = opened({ FEATURE_X: 'true' })
    expect(toggles.compare('FEATURE_X', 'ada', { old: () => 'old', new: () => 'new' })).toBe('new')
    await sleep(5)
    expect(counts()).toEqual({})
    expect(meter.text()).toContain('rollout_toggle_calls_total{toggle="FEATURE_X",answer="on",outcome="ok"} 1')
  })

  it.each([new Error('no'), undefined])('throws what the old way throws: %s', async (thrown) => {
    const { toggles, counts, meter } = opened()
    let caught: unknown = 'nothing'
    try {
      toggles.compare('FEATURE_X', 'ada', {
        old: () => {
          throw thrown
        },
        new: () => 'new',
      })
    } catch (error) {
      caught = error
    }
    expect(caught).toBe(thrown)
    await compared(counts)
    expect(counts()).toEqual({ different: 1 })
    expect(meter.text()).toContain('rollout_toggle_calls_total{toggle="FEATURE_X",answer="off",outcome="error"} 1')
  })

  it('needs no meter, and runs no shadow without one', async () => {
    let runs = 0
    const toggles = openToggles({ env: { FEATURE_X_SHADOW: 'true' } })
    expect(toggles.compare('FEATURE_X', 'ada', { old: () => 'old', new: () => ((runs += 1), 'new') })).toBe('old')
    await sleep(5)
    expect(runs).toBe(0)
  })
})

describe('what came of it', () => {
  const no = (): never => {
    throw new Error('no')
  }
  // oxlint-disable-next-line unicorn/no-thenable -- queries of some libraries are like this
  const query = () => ({ then: (gave: (value: number) => void): void => gave(1) })
  const late = async <Value>(value: Value): Promise<Value> => (await sleep(2), value)
  it.each<[what: string, ways: Ways<unknown>, outcome: string]>([
    ['equal all the way down', { old: () => ({ a: [1, { b: 2 }] }), new: () => ({ a: [1, { b: 2 }] }) }, 'same'],
    ['another value', { old: () => ({ a: 1 }), new: () => ({ a: 2 }) }, 'different'],
    ['equal later', { old: () => late(1), new: () => late(1) }, 'same'],
    ['of one a promise, of the other none', { old: () => 1, new: () => late(1) }, 'same'],
    ['by a rule of its own', { old: () => 1, new: () => 1.001, same: (a, b) => Math.abs(Number(a) - Number(b)) < 0.1 }, 'same'],
    // @ts-expect-error -- a program without types may
    ['a rule that answers later', { old: () => 1, new: () => 2, same: async (a, b) => a === b }, 'error'],
    ['two queries that nobody has begun', { old: query, new: query }, 'error'],
    ['a rule that throws', { old: () => 1, new: () => 1, same: no }, 'error'],
    ['the new one throws', { old: () => 1, new: no }, 'error'],
    [
      'the new one throws nothing in particular',
      {
        old: () => 1,
        new: () => {
          throw undefined
        },
      },
      'error',
    ],
    ['the new one rejects', { old: () => 1, new: async () => no() }, 'error'],
    ['the new one says that it failed', { old: () => 1, new: (fail) => (fail(), 1) }, 'error'],
    ['the old one says that it failed', { old: (fail) => (fail(), 1), new: () => 1 }, 'different'],
    ['both say that they failed', { old: (fail) => (fail(), 1), new: (fail) => (fail(), 2) }, 'same'],
    ['both reject', { old: async () => no(), new: no }, 'same'],
  ])('%s', async (_, ways, outcome) => {
    const { toggles, counts } = opened()
    await Promise.resolve(toggles.compare('FEATURE_X', 'ada', ways)).catch(() => undefined)
    await compared(counts)
    expect(counts()).toEqual({ [outcome]: 1 })
  })

  it('and how long both took', async () => {
    const { toggles, counts, meter } = opened()
    toggles.compare<unknown>('FEATURE_X', 'ada', { old: () => 1, new: () => sleep(20, 1) })
    await compared(counts)
    const sums = meter.read().find(({ name }) => name === 'rollout_toggle_comparison_duration_seconds')?.points ?? []
    expect(sums.map(({ labels }) => labels.answer)).toEqual(['on', 'off'])
    expect(sums[0]?.value).toBeGreaterThan(0.015)
    expect(sums[1]?.value).toBeLessThan(0.015)
  })
})

describe('the budget', () => {
  it('of time: one that never settles is a timeout, its signal is aborted, and it keeps its place', async () => {
    const { toggles, counts } = opened({}, { timeout: 10, most: 2 })
    const signals: AbortSignal[] = []
    const hang = { old: () => 1, new: (_: unknown, signal: AbortSignal) => (signals.push(signal), new Promise<number>(() => undefined)) }
    for (let nth = 0; nth < 5; nth += 1) toggles.compare<unknown>('FEATURE_X', 'ada', hang)
    expect(counts()).toEqual({ skipped: 3 })
    await until('both are out of time', () => counts()['timeout'] === 2)
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true])
    toggles.compare<unknown>('FEATURE_X', 'ada', hang)
    expect(counts()).toEqual({ skipped: 4, timeout: 2 })
  })

  it('of time: one that ends after its time is counted once, and gives its place back', async () => {
    const { toggles, counts } = opened({}, { timeout: 10, most: 1 })
    let settle = (): void => undefined
    const late = () => new Promise<number>((resolve) => (settle = () => resolve(1)))
    toggles.compare<unknown>('FEATURE_X', 'ada', { old: () => 1, new: late })
    await until('it is out of time', () => counts()['timeout'] === 1)
    settle()
    await sleep(5)
    toggles.compare('FEATURE_X', 'ada', { old: () => 1, new: () => 1 })
    await until('the next is compared', () => counts()['same'] === 1)
    expect(counts()).toEqual({ same: 1, timeout: 1 })
  })

  it('of time: one that blocks for longer is a timeout too', async () => {
    const { toggles, counts } = opened({}, { timeout: 5 })
    const block = (): number => {
      for (const until = performance.now() + 20; performance.now() < until;);
      return 1
    }
    toggles.compare('FEATURE_X', 'ada', { old: () => 1, new: block })
    await compared(counts)
    expect(counts()).toEqual({ timeout: 1 })
  })

  it('of places: they are free again when a shadow ends', async () => {
    const { toggles, counts } = opened({}, { most: 1 })
    for (let nth = 1; nth <= 3; nth += 1) {
      toggles.compare('FEATURE_X', 'ada', { old: () => 1, new: () => 1 })
      await until('it is compared', () => counts()['same'] === nth)
    }
    expect(counts()).toEqual({ same: 3 })
  })
})

describe('the share', () => {
  it.each([
    ['5%', 500],
    ['0.1%', 10],
    ['true', 10_000],
    ['false', 0],
    ['0%', 0],
  ])('%s is of the calls, evenly', async (word, most) => {
    const { toggles, counts } = opened({ FEATURE_X_SHADOW: word }, { most: 10_000 })
    for (let nth = 0; nth < 10_000; nth += 1) toggles.compare('FEATURE_X', undefined, { old: () => 1, new: () => 1 })
    if (most > 0) await compared(counts, most - 2)
    await sleep(5)
    const found = counts()['same'] ?? 0
    expect(Math.abs(found - most)).toBeLessThanOrEqual(2)
  })

  it.each(['5', '5%;seg=staff', 'maybe', '101%', ''])('%j is none, and is told once', async (word) => {
    const { toggles, counts, told } = opened({ FEATURE_X_SHADOW: word })
    for (let nth = 0; nth < 3; nth += 1) toggles.compare('FEATURE_X', 'ada', { old: () => 1, new: () => 1 })
    await sleep(5)
    expect(counts()).toEqual({})
    expect(told).toEqual([
      `FEATURE_X_SHADOW=${JSON.stringify(word)} is not a share (false, true or a percentage such as 5%): nothing is compared`,
    ])
  })

  it('is switched off in the file while the application runs', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rollout-shadow-'))
    const file = join(folder, 'flags.env')
    writeFileSync(file, 'FEATURE_X_SHADOW=true\n')
    const meter = openMeter()
    const toggles = openToggles({ env: {}, file, meter, every: 10 })
    const call = () => toggles.compare('FEATURE_X', 'ada', { old: () => 1, new: () => 1 })
    call()
    await until('it is compared', () => countsOf(meter)['same'] === 1)
    writeFileSync(file, 'FEATURE_X_SHADOW=false\n')
    toggles.reload()
    call()
    await sleep(5)
    expect(countsOf(meter)).toEqual({ same: 1 })
    toggles.close()
    rmSync(folder, { recursive: true })
  })

  it('is of nothing that writes, and that is told once', async () => {
    const { toggles, counts, told } = opened()
    let writes = 0
    for (let nth = 0; nth < 3; nth += 1) toggles.compare('FEATURE_X', 'ada', { old: () => 1, new: () => (writes += 1), writes: true })
    await sleep(5)
    expect([writes, counts()]).toEqual([0, {}])
    expect(told).toEqual(['FEATURE_X: its new way writes, so it is not run beside the old one'])
  })

  it('changes nothing for whoever asks in the ordinary way: an older SDK never looks at it', () => {
    const { toggles } = opened({ FEATURE_X: '0%' })
    expect(toggles.explain('FEATURE_X', 'ada')).toEqual({ isOn: false, why: 'static' })
  })
})

it.each<[ways: unknown, said: string]>([
  [undefined, '{ old, new } are needed, and are undefined'],
  [{ old: () => 1 }, 'new is no function but undefined'],
  [{ old: 1, new: () => 1 }, 'old is no function but number'],
  [{ old: () => 1, new: () => 1, same: null }, 'same is no function but null'],
])('refuses %j before either runs', (ways, said) => {
  const { toggles, meter } = opened()
  // @ts-expect-error -- what JavaScript may hand over
  expect(() => toggles.compare('FEATURE_X', 'ada', ways)).toThrow(new TypeError(`compare: ${said}`))
  expect(meter.read()[0]?.points.every(({ value }) => value === 0)).toBe(true)
})

it.each<ShadowOptions>([{ most: Number.NaN }, { most: 0 }, { timeout: -1 }, { timeout: Number.NaN }])(
  'refuses a budget of %j',
  (shadow) => {
    expect(() => opened({}, shadow)).toThrow(/^shadow: (most|timeout) has to be a number above 0/)
  },
)
