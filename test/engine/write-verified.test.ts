import { describe, expect, it } from 'vitest'
import { writeVerified } from '../../src/engine/write-verified.ts'
import { SHOP } from '../helpers/loan.ts'
import { fakeClock } from '../helpers/memory.ts'
import { fakeTarget, type FakeTarget } from '../helpers/world.ts'

const { signal } = new AbortController()
const FENCE = { identity: SHOP, epoch: 1, over: [] }

/** A place that shows a write after so long. */
function lagging(shownAfter: number, lag = 10_000) {
  const clock = fakeClock()
  const target: FakeTarget = fakeTarget('store', { A: 'false', B: 'false' })
  const read = target.read.bind(target)
  let looks = 0
  const store: FakeTarget = {
    ...target,
    lag,
    read: async (names, given) => {
      looks += 1
      return clock.monotonic() < shownAfter ? { A: 'false', B: 'false' } : read(names, given)
    },
  }
  return { clock, store, looks: () => looks }
}

it('a place that shows nothing does not hold what was written', async () => {
  const target: FakeTarget = { ...fakeTarget('store'), read: async () => ({}) }
  const written = writeVerified(target, { A: '10%' }, FENCE, { clock: fakeClock(), signal })
  await expect(written).rejects.toThrow('A reads back as nothing instead of "10%"')
})

describe('a place that shows a write later than it took it', () => {
  it('is looked at again until it does', async () => {
    const { clock, store } = lagging(3000)
    await writeVerified(store, { A: '10%' }, FENCE, { clock, signal })
    expect(clock.monotonic()).toBe(3000)
  })

  it('is given no more time than it may take', async () => {
    const { clock, store } = lagging(60_000)
    await expect(writeVerified(store, { A: '10%' }, FENCE, { clock, signal })).rejects.toThrow('A reads back as "false" instead of "10%"')
    expect(clock.monotonic()).toBe(10_000)
  })

  it('is not waited for where what is wrong was not sent', async () => {
    const { clock, store, looks } = lagging(60_000)
    const written = writeVerified(store, { A: '10%', B: 'true' }, FENCE, { clock, signal }, { A: 'false', B: 'true' })
    await expect(written).rejects.toThrow('A reads back')
    expect(looks()).toBe(1)
  })
})
