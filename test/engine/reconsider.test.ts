import { expect, it } from 'vitest'
import { reconsider } from '../../src/engine/reconsider.ts'
import { MINUTE, state, track, watch } from '../helpers/core.ts'
import { fakeClock, memoryJournal } from '../helpers/memory.ts'

it.each([
  ['of this machine that is as old as a poll may be', 'test', 3 * MINUTE + 1000, 'advance'],
  ['of this machine that is older', 'test', 3 * MINUTE + 1001, 'hold'],
  // Where another clock stands says nothing of how old it is.
  ['of another machine', 'elsewhere', 60 * MINUTE, 'advance'],
])('a poll %s: %s', (_, domain, age, decides) => {
  const watched = watch({ errors: track() }, { credit: 10 * MINUTE, domain })
  const clock = fakeClock()
  clock.advance(age)
  const of = state({ watch: watched })
  const writer = {
    journal: memoryJournal(),
    state: of,
    made: 0,
    follow: () => undefined,
    refresh: async () => [],
    append: async () => Promise.reject(new Error('no')),
  }
  expect(reconsider({ writer, clock }).do).toBe(decides)
})
