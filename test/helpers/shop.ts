import type { fakeClock } from './memory.ts'
import { plainPlan } from './plans.ts'
import { serve } from './shell.ts'

/** A shop with 6000 requests a minute whose counters tell both groups apart; `share` of them have the toggle on. */
export async function shopOf(clock: ReturnType<typeof fakeClock>, traffic: { share: number; on: number; off: number }, more = '') {
  const sums = { on: { total: 1000, bad: 5 }, off: { total: 100_000, bad: 500 } }
  let last = clock.monotonic()
  const url = await serve((_, response) => {
    const minutes = (clock.monotonic() - last) / 60_000
    last = clock.monotonic()
    for (const [group, share] of [['on', traffic.share] as const, ['off', 1 - traffic.share] as const]) {
      sums[group].total += 6000 * minutes * share
      sums[group].bad += 6000 * minutes * share * traffic[group]
    }
    const line = (group: 'on' | 'off', status: number, value: number): string =>
      `http_requests_total{status="${status}",toggle="${group}"} ${value}\n`
    const lines = (['on', 'off'] as const).map(
      (group) => line(group, 500, sums[group].bad) + line(group, 200, sums[group].total - sums[group].bad),
    )
    response.end(lines.join(''))
  })
  const plan = plainPlan(url, more).replace('interval: 1s', 'interval: 1m').replace('steps: [10%, 100%]', 'steps: [10%, 50%, 100%]')
  const groups = plan.replace('    success:', `    on: toggle="on"\n    off: toggle="off"\n    success:`)
  return { url, one: plan, groups }
}
