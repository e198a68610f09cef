import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { recalled } from '../../src/adapters/recall.ts'
import type { Past } from '../../src/core/ports.ts'
import { Unreadable } from '../../src/core/values/reading.ts'
import { until } from '../helpers/until.ts'

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

async function readings(past: AsyncGenerator, sound: Parameters<typeof recalled>[2]): Promise<readonly unknown[]> {
  const found: unknown[] = []
  for await (const { reading } of recalled(past as AsyncIterable<Past>, new AbortController().signal, sound)) found.push(reading)
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
    let isAwaited = false
    const never = (async function* () {
      yield at(1)
      isAwaited = true
      await new Promise(() => undefined)
    })()
    const found = all(never, ending.signal).catch((thrown: unknown) => thrown)
    await until('the next is awaited', () => isAwaited)
    ending.abort(new Error('late'))
    expect(await found).toEqual(new Error('late'))
  })

  it('is each as it should be, or missing where it is none', async () => {
    const sound = (thrown?: Error) => (): never => {
      throw thrown ?? new Error('is no share')
    }
    const [one] = await readings(of(at(1)), (measured) => ({ ...measured, value: 7 }))
    expect(one).toEqual({ is: 'value', value: 7 })
    expect(await readings(of(at(1), at(2)), sound())).toEqual(
      [1, 2].map(() => ({ is: 'missing', reason: 'malformed', detail: 'is no share' })),
    )
    const [impossible] = await readings(of(at(1)), sound(new Unreadable('impossible', 'below zero')))
    expect(impossible).toEqual({ is: 'missing', reason: 'impossible', detail: 'below zero' })
  })

  it('is let go of, whoever leaves first', async () => {
    const { signal } = new AbortController()
    let isOpen = true
    const held = (async function* () {
      try {
        yield at(1)
        yield at(2)
      } finally {
        isOpen = false
      }
    })()
    for await (const each of recalled(held, signal, (measured) => measured)) if (each.at === 1) break
    await until('the source is closed', () => !isOpen)
    expect(getEventListeners(signal, 'abort')).toEqual([])
    expect(await all(of(at(1)), signal)).toEqual([1])
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })
})
