import { expect, it } from 'vitest'
import { playBothWays } from '../../helpers/poll-by-poll.ts'

/** The short form; `npm run simulate:same` plays a thousand. */
const PLANS = 50

it(`a forecast that takes many polls at once comes to what the engine comes to poll by poll, on ${PLANS} drawn plans`, () => {
  const ends: string[] = []
  for (let seed = 0; seed < PLANS; seed += 1) {
    const { atOnce, pollByPoll } = playBothWays(seed)
    expect(atOnce, `plan ${seed}`).toEqual(pollByPoll)
    ends.push(atOnce.end)
  }
  expect(ends).toEqual(expect.arrayContaining(['complete', 'paused', 'rolled back']))
  // Polls are taken at once while nothing is wrong: plans that stop early show little of it.
  expect(ends.filter((end) => end === 'complete').length).toBeGreaterThan(PLANS / 3)
})
