import { createRequire } from 'node:module'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { parseExposition } from '../../src/adapters/measure/exposition.ts'
import { openMeter, type Meter } from '../../src/sdk/meter.ts'
import { openToggles } from '../../src/sdk/toggles.ts'

const env = { FEATURE_X: '0%', FEATURE_X_USERS: 'ada' }
const opened = (options: Parameters<typeof openMeter>[0] = {}) => {
  const meter = openMeter(options)
  return { meter, toggles: openToggles({ env, meter, onProblem: () => undefined }) }
}

/** `calls_total{on,error}` → what it says, as the program reads the page itself. */
function countsOf(meter: Meter, toggle = 'FEATURE_X'): Readonly<Record<string, number>> {
  const samples = parseExposition(meter.text(), { type: 'text/plain' })
  return Object.fromEntries(
    samples.flatMap(({ name, labels: { toggle: of, answer, outcome, le }, value }) =>
      of === toggle && value !== 0 && !/duration_seconds_sum|last_eval/.test(name)
        ? [[`${name.replace('rollout_toggle_', '')} ${[answer, outcome, le].filter((each) => each !== undefined).join(' ')}`, value]]
        : [],
    ),
  )
}
const outcomesOf = (meter: Meter, toggle?: string) =>
  Object.fromEntries(
    Object.entries(countsOf(meter, toggle)).flatMap(([name, value]) => (name.startsWith('calls_total') ? [[name.slice(12), value]] : [])),
  )

afterEach(() => void vi.useRealTimers())

describe('an evaluation', () => {
  it('is counted by toggle and answer, however it is asked for', () => {
    const { meter, toggles } = opened()
    toggles.isEnabled('FEATURE_X', 'ada')
    toggles.isEnabled('FEATURE_X', 'eve')
    toggles.bind('FEATURE_X')('ada')
    toggles.explain('FEATURE_X', 'ada')
    expect(countsOf(meter)).toEqual({ 'evaluations_total on': 2, 'evaluations_total off': 1 })
  })

  it('was last asked at the reading that saw it, and never where it never was', () => {
    vi.useFakeTimers({ now: 1_000_000, toFake: ['Date', 'performance'] })
    const { meter, toggles } = opened()
    const asked = () =>
      meter
        .read()
        .find(({ name }) => name.endsWith('timestamp_seconds'))
        ?.points.map(({ labels: { answer }, value }) => [answer, value])
    toggles.isEnabled('FEATURE_X', 'ada')
    expect(asked()).toEqual([['on', 1000]])
    vi.setSystemTime(5_000_000)
    expect(asked()).toEqual([['on', 1000]])
    toggles.isEnabled('FEATURE_X', 'eve')
    expect(asked()).toEqual([
      ['on', 1000],
      ['off', 5000],
    ])
  })
})

describe('measured work', () => {
  it('is told whether the toggle is on, and its result is handed through', async () => {
    const { meter, toggles } = opened()
    const promise = Promise.resolve(7)
    expect(toggles.measure('FEATURE_X', 'ada', (isOn) => isOn)).toBe(true)
    expect(toggles.measure('FEATURE_X', undefined, (isOn) => isOn)).toBe(false)
    expect(toggles.measure('FEATURE_X', 'ada', () => promise)).toBe(promise)
    await promise
    expect(outcomesOf(meter)).toEqual({ 'on ok': 2, 'off ok': 1 })
    expect(countsOf(meter)).toMatchObject({ 'evaluations_total on': 2, 'call_duration_seconds_bucket on +Inf': 2 })
  })

  it('takes attributes, as isEnabled does', () => {
    const toggles = openToggles({ env: { FEATURE_X: '0%;seg=staff', ROLLOUT_SEGMENT_STAFF: 'team:equals:us' } })
    expect(toggles.measure('FEATURE_X', 'ada', (isOn) => isOn, { team: 'us' })).toBe(true)
  })

  it('shows both answers and every outcome from the first call on', () => {
    const { meter, toggles } = opened()
    toggles.measure('FEATURE_X', 'eve', () => undefined)
    const calls = meter.read().find(({ name }) => name === 'rollout_toggle_calls_total')?.points ?? []
    expect(calls.map(({ labels, value }) => `${labels.answer} ${labels.outcome} ${value}`)).toEqual([
      'on ok 0',
      'on error 0',
      'on timeout 0',
      'off ok 1',
      'off error 0',
      'off timeout 0',
    ])
  })

  it.each([new Error('no'), undefined, null, 0])('rethrows %s as it is', (thrown) => {
    const { meter, toggles } = opened()
    let caught: unknown = 'nothing'
    try {
      toggles.measure('FEATURE_X', 'ada', () => {
        throw thrown
      })
    } catch (error) {
      caught = error
    }
    expect(caught).toBe(thrown)
    expect(outcomesOf(meter)).toEqual({ 'on error': 1 })
  })

  it('counts a rejection, and leaves it to the caller', async () => {
    const { meter, toggles } = opened()
    const rejected = toggles.measure('FEATURE_X', 'eve', async () => {
      throw new Error('no')
    })
    await expect(rejected).rejects.toThrow('no')
    expect(outcomesOf(meter)).toEqual({ 'off error': 1 })
  })

  it('counts what says by itself that it failed, once', async () => {
    const { meter, toggles } = opened()
    toggles.measure('FEATURE_X', 'ada', (_, fail) => (fail(), fail(), 503))
    await toggles.measure('FEATURE_X', 'ada', async (_, fail) => fail())
    expect(outcomesOf(meter)).toEqual({ 'on error': 2 })
  })

  it('takes a thenable for a result: to ask it would be to begin it', () => {
    const { meter, toggles } = opened()
    let begun = 0
    // oxlint-disable-next-line unicorn/no-thenable -- queries of some libraries are like this
    const query = { then: () => (begun += 1) }
    expect(toggles.measure('FEATURE_X', 'ada', () => query)).toBe(query)
    expect(begun).toBe(0)
    expect(outcomesOf(meter)).toEqual({ 'on ok': 1 })
  })

  it('keeps a promise of a class of its own, whatever its then does', async () => {
    class Cancelable extends Promise<number> {
      readonly stop = 'stop'
      // oxlint-disable-next-line unicorn/no-thenable -- that is what is tried
      override then(): never {
        throw new Error('never asked')
      }
    }
    const { meter, toggles } = opened()
    const promise = new Cancelable((resolve) => resolve(1))
    expect(toggles.measure('FEATURE_X', 'ada', () => promise)).toBe(promise)
    await Promise.resolve()
    expect(outcomesOf(meter)).toEqual({ 'on ok': 1 })
  })

  it('counts a promise that does not settle as a timeout, and its late end not again', async () => {
    vi.useFakeTimers({ toFake: ['performance', 'Date'] })
    const { meter, toggles } = opened({ timeout: 5000 })
    let settle = (): void => undefined
    void toggles.measure('FEATURE_X', 'ada', () => new Promise<void>((resolve) => (settle = resolve)))
    void toggles.measure('FEATURE_X', 'eve', () => new Promise<void>(() => undefined))
    vi.advanceTimersByTime(4999)
    expect(outcomesOf(meter)).toEqual({})
    vi.advanceTimersByTime(1)
    expect(outcomesOf(meter)).toEqual({ 'on timeout': 1, 'off timeout': 1 })
    settle()
    await Promise.resolve()
    expect(outcomesOf(meter)).toEqual({ 'on timeout': 1, 'off timeout': 1 })
    expect(countsOf(meter)).toMatchObject({ 'call_duration_seconds_bucket on 5': 1 })
  })

  it.each([[-3000], [Number.NaN]])('takes no harm of a clock that goes %s', (by) => {
    const { meter, toggles } = opened()
    const times = [1000, 1000 + by]
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => times.shift() ?? 0)
    toggles.measure('FEATURE_X', 'ada', () => undefined)
    clock.mockRestore()
    expect(meter.text()).toContain('rollout_toggle_call_duration_seconds_sum{toggle="FEATURE_X",answer="on"} 0\n')
  })

  it.each([
    [undefined, 'undefined'],
    [null, 'null'],
    [{}, 'object'],
  ])('of %s is refused before anything is counted', (work, said) => {
    const { meter, toggles } = opened()
    // @ts-expect-error -- what JavaScript may hand over
    expect(() => toggles.measure('FEATURE_X', 'ada', work)).toThrow(new TypeError(`measure: the work is no function but ${said}`))
    // @ts-expect-error -- the same without a handle
    expect(() => meter.measure('FEATURE_X', true, work)).toThrow(TypeError)
    expect(countsOf(meter)).toEqual({})
  })

  it('runs without a meter too', () => {
    const toggles = openToggles({ env })
    expect(toggles.measure('FEATURE_X', 'ada', (isOn, fail) => (fail(), isOn))).toBe(true)
  })
})

describe('names', () => {
  it.each(['a"b', 'a\\b', 'a\nb', 'a{b="c"}', '', 'ö', '__proto__', 'constructor'])('%j is a label that is read back', (name) => {
    const { meter, toggles } = opened()
    toggles.measure(name, 'ada', () => undefined)
    expect(outcomesOf(meter, name)).toEqual({ 'off ok': 1 })
  })

  it('that UTF-8 cannot tell apart are one series, and so are very long ones', () => {
    const { meter, toggles } = opened()
    for (const name of ['x\ud800', 'x\ud801', 'x\ufffd']) toggles.isEnabled(name)
    for (const end of ['a', 'b']) toggles.isEnabled('y'.repeat(10_000) + end)
    expect(
      meter
        .read()[0]
        ?.points.filter(({ value }) => value > 0)
        .map(({ labels, value }) => [labels.toggle.length, value]),
    ).toEqual([
      [2, 3],
      [201, 2],
    ])
  })

  it('that are made up by the thousands are counted together', () => {
    const { meter, toggles } = opened()
    for (let nth = 0; nth < 5000; nth += 1) toggles.isEnabled(`FEATURE_${nth}`)
    const points = meter.read()[0]?.points ?? []
    expect(points).toHaveLength(2 * 1001)
    expect(countsOf(meter, 'other')).toEqual({ 'evaluations_total off': 4000 })
    expect(points.reduce((sum, { value }) => sum + value, 0)).toBe(5000)
  })
})

describe('options', () => {
  it.each([[[]], [[1, 1]], [[0, 1]], [[2, 1]], [[1, Infinity]], [[Number.NaN]]])('refuses the buckets %j', (buckets) => {
    expect(() => openMeter({ buckets })).toThrow('buckets: has to be rising numbers of seconds')
  })
  it.each([0, -1, Number.NaN])('refuses a timeout of %s', (timeout) => {
    expect(() => openMeter({ timeout })).toThrow('timeout: has to be milliseconds above 0')
  })
  it('takes other buckets', () => {
    const { meter, toggles } = opened({ buckets: [30, 60] })
    toggles.measure('FEATURE_X', 'ada', () => undefined)
    expect(countsOf(meter)).toMatchObject({ 'call_duration_seconds_bucket on 30': 1, 'call_duration_seconds_count on': 1 })
  })
})

it('a worker thread has a meter of its own', async () => {
  const { meter, toggles } = opened()
  toggles.measure('FEATURE_X', 'ada', () => undefined)
  const source = `
    require(${JSON.stringify(createRequire(import.meta.url).resolve('tsx/cjs'))})
    const { openMeter } = require(${JSON.stringify(join(import.meta.dirname, '../../src/sdk/meter.ts'))})
    const meter = openMeter()
    meter.measure('FEATURE_X', false, () => undefined)
    require('node:worker_threads').parentPort.postMessage(meter.read())
  `
  const worker = new Worker(source, { eval: true })
  const read: ReturnType<Meter['read']> = await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject))
  await worker.terminate()
  expect(read[0]?.points.map(({ labels, value }) => [labels.answer, value])).toEqual([
    ['on', 0],
    ['off', 0],
  ])
  expect(read[2]?.points.filter(({ value }) => value > 0).map(({ labels }) => labels.answer)).toEqual(['off'])
  expect(outcomesOf(meter)).toEqual({ 'on ok': 1 })
})
