import { describe, expect, it } from 'vitest'
import { RolloutError } from '../../src/core/values/errors.ts'
import { backoff, retry, retryOnConflict, retryWhileUnreachable } from '../../src/engine/retry.ts'
import { fakeClock } from '../helpers/memory.ts'

const { signal } = new AbortController()

function failing(code: 'conflict' | 'unreachable' | 'usage', times: number): () => Promise<string> {
  let calls = 0
  return async () => {
    calls += 1
    if (calls <= times) throw new RolloutError(code, { message: `${code} ${calls}` })
    return `call ${calls}`
  }
}

describe('a retry', () => {
  it('works until its result will do, and waits in between', async () => {
    const clock = fakeClock()
    const began = clock.monotonic()
    const result = await retry(
      { clock, signal },
      async (attempt) => attempt,
      (attempt) => (attempt === 3 ? undefined : backoff(attempt)),
    )
    expect([result, clock.monotonic() - began]).toEqual([3, 200 + 400])
  })
  it('waits no longer when it is told to stop', async () => {
    const stopped = AbortSignal.abort(new Error('stopped'))
    const work = retry(
      { clock: fakeClock(), signal: stopped },
      async () => 'again',
      () => 1,
    )
    await expect(work).rejects.toThrow('stopped')
  })
  it.each([
    [1, 200],
    [4, 1600],
    [9, 5000],
  ])('after %i failed attempts waits %i ms, at most 5 s', (attempt, pause) => expect(backoff(attempt, 5000)).toBe(pause))
})

describe('an append', () => {
  it('is tried again for as long as others come first', async () => {
    expect(await retryOnConflict(failing('conflict', 3))).toBe('call 4')
  })
  it('is not tried again for any other reason', async () => {
    await expect(retryOnConflict(failing('usage', 1))).rejects.toThrow('usage 1')
  })
})

describe('a journal that is out of reach', () => {
  it('is asked until it answers', async () => {
    const clock = fakeClock()
    const began = clock.monotonic()
    expect(await retryWhileUnreachable({ clock, grace: signal }, failing('unreachable', 3))).toBe('call 4')
    expect(clock.monotonic() - began).toBe(200 + 400 + 800)
  })
  it('is given up after ten minutes', async () => {
    await expect(retryWhileUnreachable({ clock: fakeClock(), grace: signal }, failing('unreachable', 1000))).rejects.toThrow('unreachable')
  })
  it('is not asked again for any other reason', async () => {
    await expect(retryWhileUnreachable({ clock: fakeClock(), grace: signal }, failing('conflict', 1))).rejects.toThrow('conflict 1')
  })
})
