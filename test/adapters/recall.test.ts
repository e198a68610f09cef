import { describe, expect, it } from 'vitest'
import { recalled } from '../../src/adapters/recall.ts'
import type { Past } from '../../src/core/ports.ts'

const at = (time: number): Past => ({ at: time, reading: { is: 'value', value: 0 } })

async function* of(...all: readonly unknown[]) {
  for (const each of all) yield each
}

async function all(past: unknown, signal = new AbortController().signal): Promise<readonly number[]> {
  const found: number[] = []
  // What a file of the user's own returns has no type that could be relied on.
  for await (const each of recalled(past as AsyncIterable<Past>, signal, (measured) => measured)) found.push(each.at)
  return found
}

describe('what a source remembers', () => {
  it('comes step by step', async () => expect(await all(of(at(1), at(2), at(3)))).toEqual([1, 2, 3]))

  it.each([
    ['is no generator', 5, 'must be an async generator'],
    ['is a promise of a list', Promise.resolve([]), 'must be an async generator'],
    ['is no reading', of(5), 'must yield { at, reading }'],
    ['is nothing', of(undefined), 'must yield { at, reading }'],
    ['has no time', of(at(Number.NaN)), 'must yield { at, reading }'],
    ['has no reading', of({ at: 1 }), 'must yield { at, reading }'],
    ['stands still', of(at(1), at(1)), 'must go on in time: 1 comes after 1'],
  ])('%s', async (_, past, said) => {
    await expect(all(past)).rejects.toThrow(said)
  })

  it('ends with the signal where the next never comes', async () => {
    const ending = new AbortController()
    const never = (async function* () {
      yield at(1)
      await new Promise(() => undefined)
    })()
    const found = all(never, ending.signal)
    ending.abort(new Error('late'))
    await expect(found).rejects.toThrow('late')
  })
})
