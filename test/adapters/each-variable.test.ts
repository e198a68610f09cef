import { describe, expect, it } from 'vitest'
import { readEach, writeEach } from '../../src/adapters/each-variable.ts'
import { RolloutError } from '../../src/core/values/errors.ts'

const signal = new AbortController().signal
const words = Object.fromEntries(Array.from({ length: 9 }, (_, nth) => [`F${nth}`, 'true']))

/** What was written, in order, and how many calls were under way at once. */
function place(fail: (name: string) => Error | undefined = () => undefined) {
  const written: string[] = []
  let [now, most] = [0, 0]
  const write = async (name: string): Promise<void> => {
    most = Math.max(most, (now += 1))
    written.push(name)
    await Promise.resolve()
    now -= 1
    const error = fail(name)
    if (error) throw error
  }
  return { written, write, most: () => most }
}

describe('variables that are written one by one', () => {
  it('go a few at once, in order', async () => {
    const { written, write, most } = place()
    await writeEach(words, { concurrency: 3, signal }, write)
    expect([written, most()]).toEqual([Object.keys(words), 3])
  })

  it('are those that the place is not known to hold', async () => {
    const { written, write } = place()
    await writeEach({ ...words, LIST: '' }, { concurrency: 1, signal, held: { ...words, F3: 'false' } }, write)
    expect(written).toEqual(['F3'])
  })

  it('are all tried where one is refused, and the first refusal is said', async () => {
    const { written, write } = place((name) =>
      name < 'F2' ? new RolloutError('denied', { message: `${name} is locked`, hint: 'ask' }) : undefined,
    )
    await expect(writeEach(words, { concurrency: 2, signal }, write)).rejects.toMatchObject({
      code: 'denied',
      message: 'F0 is locked (and 1 more)',
    })
    expect(written).toHaveLength(9)
  })

  it('are not begun any more where one had no answer', async () => {
    const { written, write } = place((name) => (name === 'F1' ? new RolloutError('timeout', { message: 'no answer' }) : undefined))
    await expect(writeEach(words, { concurrency: 1, signal }, write)).rejects.toThrow('no answer')
    expect(written).toEqual(['F0', 'F1'])
  })

  it('end with the signal', async () => {
    const stop = new AbortController()
    const { written, write } = place((name) => (name === 'F1' ? (stop.abort(new Error('stopped')), undefined) : undefined))
    await expect(writeEach(words, { concurrency: 1, signal: stop.signal }, write)).rejects.toThrow('stopped')
    expect(written).toEqual(['F0', 'F1'])
  })
})

it('variables that are read one by one are those that are set', async () =>
  expect(await readEach(['A', 'B'], { concurrency: 2, signal }, async (name) => (name === 'A' ? 'true' : undefined))).toEqual({
    A: 'true',
  }))
