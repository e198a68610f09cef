import { getEventListeners } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { controllerOf, REAL, withController, withDeadline, withGrace, withTimedController } from '../../src/adapters/deadline.ts'

setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')

const never = async (): Promise<never> => new Promise(() => undefined)
const failure = async (work: Promise<unknown>): Promise<unknown> => work.then(() => 'it came to an end', String)

test('a deadline comes although work ignores its signal, and although everything that nobody holds is collected', async () => {
  const { signal } = new AbortController()
  const collecting = setInterval(collect, 20)
  const late = await Promise.all([1, 2, 3, 4].map(async () => failure(withDeadline(REAL, 300, signal, never))))
  clearInterval(collecting)
  expect(new Set(late)).toEqual(new Set(['RolloutError: no answer within 300ms']))
})

test('what it lends ends with the deadline, and what it throws is what it was given to throw', async () => {
  let lent: AbortSignal | undefined
  const work = async (signal: AbortSignal): Promise<never> => {
    lent = signal
    return never()
  }
  expect(await failure(withDeadline(REAL, 10, new AbortController().signal, work, () => 'too late'))).toBe('too late')
  expect(lent?.reason).toBe('too late')
})

test('a signal that is asked for only after the deadline has ended with it', async () => {
  let lent: Pick<AbortController, 'signal'> | undefined
  const work = async (ending: Pick<AbortController, 'signal'>): Promise<never> => {
    lent = ending
    return never()
  }
  expect(await failure(withTimedController(REAL, 10, new AbortController().signal, work, () => 'too late'))).toBe('too late')
  expect(lent?.signal.reason).toBe('too late')
})

test('it ends with whoever asked, and for their reason', async () => {
  const asked = new AbortController()
  const work = failure(withDeadline(REAL, 60_000, asked.signal, never))
  asked.abort('stopped')
  expect(await work).toBe('stopped')
  expect(await failure(withDeadline(REAL, 60_000, asked.signal, async () => 'done'))).toBe('stopped')
})

test('a controller of a signal that has ended has ended', async () => {
  expect(await withController(AbortSignal.abort('stopped'), async ({ signal }) => signal.reason)).toBe('stopped')
})

test('it ends with whoever asked although others who waited on the same signal are done, and those it ends no more', async () => {
  const asked = new AbortController()
  let lent: AbortSignal | undefined
  const work = failure(withDeadline(REAL, 2000, asked.signal, never))
  await withDeadline(REAL, 60_000, asked.signal, async (signal) => void (lent = signal))
  asked.abort('stopped')
  expect(await work).toBe('stopped')
  expect(lent?.aborted).toBe(false)
})

test('its timer is stopped when the work is over, whatever came of it', async () => {
  const running = new Set<object>()
  const counting = {
    timer: () => {
      const timer = {}
      running.add(timer)
      return () => void running.delete(timer)
    },
  }
  const { signal } = new AbortController()
  await withDeadline(counting, 60_000, signal, async () => expect(running.size).toBe(1))
  await failure(withDeadline(counting, 60_000, signal, async () => Promise.reject(new Error('refused'))))
  expect(running.size).toBe(0)
})

test('after five hundred calls nothing is left on the signal of the command, whatever came of them', async () => {
  const { signal } = new AbortController()
  for (let nth = 0; nth < 500; nth += 1) {
    await withDeadline(REAL, 60_000, signal, async () => nth)
    await failure(withController(signal, async () => Promise.reject(new Error('no'))))
  }
  await failure(withDeadline(REAL, 1, signal, never))
  expect(getEventListeners(signal, 'abort')).toEqual([])
})

test('a timer of a call that has ended rings no more', async () => {
  let rung = 0
  const stop = REAL.timer(5, () => (rung += 1))
  stop()
  REAL.timer(5, () => (rung += 10))
  await sleep(50)
  expect(rung).toBe(10)
})

test('a grace begins where the signal ends, and keeps its reason', async () => {
  const asked = new AbortController()
  const grace = withGrace(REAL, asked.signal, 30)
  const linked = controllerOf(asked.signal)
  asked.abort('stopped')
  expect([grace.aborted, linked.signal.reason]).toEqual([false, 'stopped'])
  while (!grace.aborted) await sleep(5)
  expect(grace.reason).toBe('stopped')
})
