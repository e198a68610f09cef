import { expect, it } from 'vitest'
import { lastAnsweredIn } from '../../../src/adapters/measure/last-answered.ts'

it('is the newest of all processes, side by side', () => {
  const series = (toggle: string, answer: string, value: number, instance = 'a') => ({ labels: { toggle, answer, instance }, value })
  expect(
    lastAnsweredIn([
      series('X', 'on', 100),
      series('X', 'on', 300, 'b'),
      series('X', 'off', 50),
      series('Y', 'off', 7),
      series('Z', 'maybe', 7),
      series('W', 'on', Number.NaN),
      { labels: {}, value: 1 },
    ]),
  ).toEqual([
    { toggle: 'X', on: 300_000, off: 50_000 },
    { toggle: 'Y', off: 7000 },
  ])
})
