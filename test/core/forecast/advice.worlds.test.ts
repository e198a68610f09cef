import { expect, it } from 'vitest'
import { tallyOf } from '../../../src/core/forecast/advice.ts'
import { forecast, type ForecastRelease } from '../../../src/core/forecast/forecast.ts'
import { wilson } from '../../../src/core/forecast/wilson.ts'
import { BOTH_GROUPS, metric, MINUTE, phase, plan } from '../../helpers/core.ts'
import { playPollByPoll } from '../../helpers/poll-by-poll.ts'

const steps = [10, 50, 100].map((to) => ({ to, hold: 5 * MINUTE }))
const compared = plan({ metrics: { errors: metric({ measures: BOTH_GROUPS }) }, phases: [phase({ steps })] })
const GOOD: ForecastRelease = { traffic: 100, baseline: 0.005, errors: 0.005, latency: 1 }
const noise = { errors: 0.3, latency: 0.1, memory: 0.9, arms: 'both' } as const
/** Runs of the engine, and of the prediction, which has to know what is rare. */
const [RUNS, PREDICTED] = [40, 200]

it.each<[name: string, release: ForecastRelease]>([
  ['a good release', GOOD],
  ['a bad one', { ...GOOD, errors: 0.015 }],
  ['one a little worse, with noise', { ...GOOD, errors: 0.008, trouble: { noise } }],
  ['noise', { ...GOOD, trouble: { noise } }],
  ['clusters of three', { ...GOOD, trouble: { burst: 3 } }],
  ['cold starts', { ...GOOD, trouble: { coldStart: { lasts: 2, errors: 0.02, latency: 3 } } }],
  ['scrape gaps', { ...GOOD, trouble: { scrape: { missed: 0.1 }, outages: { every: 30, lasts: 3 } } }],
  ['a bad one behind scrape gaps', { ...GOOD, errors: 0.015, trouble: { scrape: { missed: 0.1 }, outages: { every: 30, lasts: 3 } } }],
])('the ends that are predicted of %s lie within the interval of those of the engine', (_, release) => {
  const runs = forecast(compared, release, 1)
  const { ends } = tallyOf(Array.from({ length: PREDICTED }, () => runs.next().value))
  const found = Array.from({ length: RUNS }, (__, nth) => playPollByPoll(compared, release, 77_000 + nth, 2000).end)
  for (const end of ['rolled back', 'complete', 'paused', 'unfinished']) {
    const share = ends.find((each) => each.end === end)?.share ?? 0
    const [least, most] = wilson(found.filter((each) => each === end).length, RUNS)
    expect(share, end).toBeGreaterThanOrEqual(least)
    expect(share, end).toBeLessThanOrEqual(most)
  }
})

it('noise and cold starts are seen in what is predicted', () => {
  const share = (trouble: ForecastRelease['trouble']): number => {
    const runs = forecast(compared, { ...GOOD, ...(trouble && { trouble }) }, 1)
    return tallyOf(Array.from({ length: RUNS }, () => runs.next().value)).ends.find(({ end }) => end === 'complete')?.share ?? 0
  }
  expect(share(undefined)).toBeGreaterThan(share({ coldStart: { lasts: 2, errors: 0.02, latency: 3 } }))
})
