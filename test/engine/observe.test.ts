import { expect, test } from 'vitest'
import { openObserver } from '../../src/engine/observe.ts'
import { run } from '../../src/engine/run.ts'
import type { Reading } from '../../src/core/values/reading.ts'
import { gone, metric, MINUTE, phase, plan } from '../helpers/core.ts'
import { fakeEngine, fakeMetric, fakeTarget } from '../helpers/world.ts'

const WEEK = 7 * 24 * 60 * MINUTE

/** How many events a week of polls every 30 s leaves, the step waiting for a person. */
async function weekOf(read: (poll: number) => number): Promise<number> {
  const watched = plan({
    interval: 30_000,
    approvers: { managers: ['ana'] },
    metrics: { errors: metric() },
    phases: [
      phase({
        onWarning: 'hold',
        steps: [
          { to: 10, hold: 30 * MINUTE },
          { to: 100, hold: 0, approval: { group: 'managers', count: 1 } },
        ],
      }),
    ],
  })
  let poll = 0
  const reading = (): Reading => ({ is: 'value', value: read((poll += 1)) })
  const { engine, clock, journal } = await fakeEngine(watched, {
    targets: [fakeTarget('web', { A: 'false' })],
    metrics: [fakeMetric('errors', reading)],
  })
  const end = clock.monotonic() + WEEK
  const turns = run(engine, { controller: { host: 'here', pid: 1, domain: 'd', began: '1' }, alive: () => undefined })
  for await (const _ of turns) if (clock.monotonic() >= end) break
  expect(poll).toBeGreaterThan(20_000)
  return (await journal.read()).length
}

test('a week of healthy polls leaves an event every ten minutes', async () => {
  expect(await weekOf(() => 0.001)).toBeLessThan(1100)
})

test('a metric that turns at every poll leaves no more than ten events an hour beside those', async () => {
  expect(await weekOf((poll) => (poll % 2 === 0 ? 0.001 : 0.015))).toBeLessThan(1100 + 7 * 24 * 10)
})

test.each<[string, Reading, 'unmetFor' | 'unknownFor']>([
  // Between success and warning: nothing is wrong, and nothing is proven.
  ['is not met', { is: 'value', value: 0.015 }, 'unmetFor'],
  ['cannot be read', gone, 'unknownFor'],
])('what a person has looked at while it is watched and %s is asked about anew', async (_, reading, waits) => {
  const watched = plan({ patience: 5 * MINUTE, metrics: { errors: metric() }, phases: [phase({ onWarning: 'pause' })] })
  const { engine, clock, writer } = await fakeEngine(watched, {
    targets: [fakeTarget('web', { A: 'false' })],
    metrics: [fakeMetric('errors', () => reading)],
  })
  const observer = openObserver(engine)
  const waited = async (): Promise<number | undefined> => {
    clock.advance(MINUTE)
    return (await observer.look(engine.signal)).watch?.tracks['errors']?.[waits]
  }
  for (const minutes of [0, 1, 2]) expect(await waited()).toBe(minutes * MINUTE)
  await writer.append({ type: 'paused', why: { code: 'operator', text: 'wait' } }, { actor: 'ana' })
  expect(await waited()).toBe(3 * MINUTE)
  await writer.append({ type: 'resumed' }, { actor: 'ana' })
  expect(await waited()).toBe(0)
})
