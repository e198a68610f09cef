import { expect, it } from 'vitest'
import { openMetrics } from '../../src/adapters/open.ts'
import { readMetrics } from '../../src/engine/metrics.ts'
import { loaded } from '../config/plan.ts'
import { namesAll } from '../helpers/loan.ts'
import { fakeShell, realClock, serve, sessionOf } from '../helpers/shell.ts'

/** Metrics of a plan, opened as a rollout opens them, and how a poll of them is read. */
async function polling(count: number, options: (nth: number) => string) {
  const names = Array.from({ length: count }, (_, nth) => `m${nth}`)
  const { plan } = await loaded(`version: 1
name: shop
toggles: { FEATURE_X: { targets: [web] } }
targets: { web: { use: env-file, path: web.env } }
metrics:
${names.map((name, nth) => `  ${name}: { ${options(nth)}, warning: "> 1" }`).join('\n')}
phases: [{ phase: one, toggles: [FEATURE_X], steps: [100%], hold: 1m, metrics: [${names.join(', ')}] }]
`)
  const { lender: session, signal } = sessionOf(fakeShell())
  const lender = { ...session, standingOf: namesAll }
  const engine = { metrics: await openMetrics(plan, names, lender), signal, clock: realClock() }
  const [phase] = plan.phases
  if (!phase) throw new Error('the plan has no phase')
  return async () => readMetrics(engine, phase)
}

it('reads twenty metrics of one page with one request a poll', async () => {
  let gets = 0
  const url = await serve((_, response) => {
    gets += 1
    response.end(Array.from({ length: 20 }, (__, nth) => `gauge_${nth} ${nth + 100 * gets}\n`).join(''))
  })
  const poll = await polling(20, (nth) => `use: openmetrics, url: "${url}/metrics", value: gauge_${nth}`)
  const first = await poll()
  expect(Object.keys(first)).toEqual(Array.from({ length: 20 }, (_, nth) => `m${nth}`))
  expect(first['m7']).toMatchObject({ is: 'value', value: 107 })
  expect(gets).toBe(1)
  expect((await poll())['m7']).toMatchObject({ value: 207 })
  expect(gets).toBe(2)
})

it('says the same of all of them where the page cannot be read', async () => {
  let gets = 0
  const url = await serve((_, response) => {
    gets += 1
    response.statusCode = 404
    response.end()
  })
  const poll = await polling(5, (nth) => `use: openmetrics, url: "${url}/metrics", value: gauge_${nth}`)
  const readings = Object.values(await poll())
  expect(readings).toHaveLength(5)
  for (const reading of readings) expect(reading).toEqual({ is: 'missing', reason: 'unreachable', detail: 'the scrape answered 404' })
  expect(gets).toBe(1)
})

it('asks a Prometheus the same question once', async () => {
  const asked: string[] = []
  const url = await serve(({ url: path = '' }, response) => {
    asked.push(path)
    response.end(
      JSON.stringify({ status: 'success', data: { resultType: 'vector', result: [{ metric: {}, value: [Date.now() / 1000, '1'] }] } }),
    )
  })
  const alone = await polling(1, () => `use: prometheus, url: "${url}", query: up`)
  expect((await alone())['m0']).toMatchObject({ is: 'value', value: 1 })
  const needed = asked.splice(0).length
  const poll = await polling(10, () => `use: prometheus, url: "${url}", query: up`)
  await poll()
  expect(asked).toHaveLength(needed)
})

it('reads many side by side, within a bound, and takes a plan of a thousand', async () => {
  let [open, most] = [0, 0]
  const url = await serve((_, response) => {
    open += 1
    most = Math.max(most, open)
    setTimeout(() => ((open -= 1), response.end('gauge 1\n')), 20)
  })
  const poll = await polling(1000, (nth) => `use: openmetrics, url: "${url}/${nth}", value: gauge, timeout: 10m`)
  expect(Object.values(await poll()).filter(({ is }) => is === 'value')).toHaveLength(1000)
  expect(most).toBeGreaterThan(1)
  expect(most).toBeLessThanOrEqual(100)
})
