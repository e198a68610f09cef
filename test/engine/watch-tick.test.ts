import { expect, it } from 'vitest'
import { watchTick, withStoreClock } from '../../src/engine/watch-tick.ts'
import { plan } from '../helpers/core.ts'
import { memoryJournal } from '../helpers/memory.ts'
import { fakeEngine } from '../helpers/world.ts'

it('a poll is dated by the clock of this machine, and by that of the store, which goes on with it', async () => {
  let start = 'start-1'
  const journal = { ...memoryJournal(), time: async () => ({ at: 5_000_000, domain: start }) }
  const { engine, clock } = await fakeEngine(plan(), { targets: [], journal })
  clock.advance(1000)
  const asked = await withStoreClock(engine)
  clock.advance(30_000)
  expect(watchTick(asked)).toEqual({
    monotonic: 31_000,
    domain: 'test',
    now: clock.now(),
    shared: { at: 5_030_000, domain: 'start-1' },
  })
  start = 'start-2'
  expect(watchTick(await withStoreClock(engine)).shared).toEqual({ at: 5_000_000, domain: 'start-2' })
})

it('what the answer of the store took on its way may be missing of its time', async () => {
  const { engine, clock } = await fakeEngine(plan(), { targets: [], journal: memoryJournal() })
  const time = async () => {
    clock.advance(2000)
    return { at: 7000, within: 1000, domain: 'start' }
  }
  const { writer } = engine
  const asked = await withStoreClock({ ...engine, writer: { ...writer, journal: { ...writer.journal, time } } })
  expect(watchTick(asked).shared).toEqual({ at: 7000, within: 3000, domain: 'start' })
})

it('a store without a clock is not asked', async () => {
  const { engine } = await fakeEngine(plan(), { targets: [] })
  expect(watchTick(await withStoreClock(engine))).not.toHaveProperty('shared')
})
