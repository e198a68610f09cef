import { expect, it } from 'vitest'
import { playApart } from '../../../src/commands/simulate/play-apart.ts'
import { forecast, type ForecastRun } from '../../../src/core/forecast/forecast.ts'
import type { Plan } from '../../../src/core/plan/plan.ts'
import { metric, MINUTE, phase, plan } from '../../helpers/core.ts'

const held = plan({ metrics: { errors: metric() }, phases: [phase({ steps: [{ to: 100, hold: 30 * MINUTE }], after: 60 * MINUTE })] })
const release = { traffic: 100, baseline: 0.005, errors: 0.005, latency: 1 }
const wanted = { plan: held, release, seed: 3, first: 2, most: 7 }
const never = new AbortController().signal

async function all(runs: AsyncIterable<ForecastRun>): Promise<readonly ForecastRun[]> {
  const found: ForecastRun[] = []
  for await (const run of runs) found.push(run)
  return found
}

it('plays the same runs in the same order, in however many threads', async () => {
  const here = forecast(held, release, 3)
  const first = Array.from({ length: 9 }, () => here.next().value).slice(2)
  for (const threads of [1, 2, 3]) expect(await all(playApart(wanted, threads, never))).toEqual(first)
})

it('ends with whoever interrupts, in the middle of a run', async () => {
  const endless = { ...wanted, most: Infinity, plan: { ...held, phases: [phase({ steps: [{ to: 100, hold: 1e9 * MINUTE }] })] } }
  const stop = new AbortController()
  const played = all(playApart(endless, 2, stop.signal))
  stop.abort(new Error('enough'))
  await expect(played).rejects.toThrow('enough')
  await expect(all(playApart(endless, 1, stop.signal))).rejects.toThrow('enough')
})

it('throws what a thread throws', async () => {
  const broken: Plan = JSON.parse('{"metrics":{},"phases":[{}]}')
  await expect(all(playApart({ ...wanted, plan: broken }, 2, never))).rejects.toThrow('map')
})
