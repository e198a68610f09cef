// What a poll of metrics costs beside a bare http.get of the same, and how many rollouts one core watches: `npm run bench:metrics`.
import { spawn } from 'node:child_process'
import { setMaxListeners } from 'node:events'
import { Agent, get } from 'node:http'
import { got } from 'got'
import { openMetrics } from '../src/adapters/open.ts'
import type { Phase } from '../src/core/plan/plan.ts'
import { readMetrics } from '../src/engine/metrics.ts'
import { loaded } from '../test/config/plan.ts'
import { lend } from '../test/helpers/loan.ts'

/** Wall and processor time, in milliseconds. */
interface Cost {
  readonly wall: number
  readonly cpu: number
}

const ROUNDS = 7
/** As many as a poll reads at once. */
const AT_ONCE = 100
const INTERVAL = 30_000
/** A process of its own, whose time is not ours; it says how often it was asked. */
const SERVER = `let gets = 0
const page = Array.from({ length: 20 }, (_, nth) => 'gauge_' + nth + ' 1\\n').join('')
const server = require('node:http').createServer(({ url }, response) => {
  if (url === '/gets') return response.end(String(gets))
  gets += 1
  setTimeout(() => response.end(page), Number(process.argv[1]))
})
// A connection that is kept ends with the process, not between two rounds.
server.keepAliveTimeout = 0
server.listen(0, '127.0.0.1', () => console.log(server.address().port))`

const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE })

console.log(`polls of metrics on Node ${process.versions.node}: medians of ${ROUNDS} rounds, beside a bare http.get of the same`)
for (const delay of [0, 200]) {
  const { url, close } = await serve(delay)
  for (const count of [1, 10, 100, 1000]) {
    const [ours, bare, client] = await costs(
      await polling(count, (nth) => `${url}/${nth}`),
      async () => fetchAll(url, count, read),
      // What the client costs that every request goes through: no poll can cost less.
      async () => fetchAll(url, count, async (each) => got(each)),
    )
    const ratio = (of: keyof Cost): string => `${(ours[of] / bare[of]).toFixed(1)}×`
    const alone = `got alone ${(client.cpu / bare.cpu).toFixed(1)}×`
    const text = `processor ${ours.cpu.toFixed(1)} ms, ${ratio('cpu')}, ${alone}; wall ${ours.wall.toFixed(1)} ms, ${ratio('wall')}`
    console.log(`  ${`${count} metrics, server of ${delay} ms`.padEnd(34)} ${text}  (processor wanted at most 3×)`)
  }
  close()
}
await onePage()
agent.destroy()

async function onePage(): Promise<void> {
  const { url, close } = await serve(0)
  const poll = await polling(20, () => `${url}/metrics`)
  await poll()
  console.log(`  ${'20 metrics of one page'.padEnd(34)} ${await read(`${url}/gets`)} GETs a poll  (1)`)
  const [ours] = await costs(await polling(2, (nth) => `${url}/${nth}`), async () => fetchAll(url, 2, read))
  console.log(`  ${'rollouts of 2 metrics on one core'.padEnd(34)} ${Math.floor(INTERVAL / ours.cpu)}, polled every 30 s`)
  close()
}

async function polling(count: number, urlOf: (nth: number) => string): Promise<() => Promise<unknown>> {
  const names = Array.from({ length: count }, (_, nth) => `m${nth}`)
  const metric = (name: string, nth: number): string =>
    `  ${name}: { use: openmetrics, url: "${urlOf(nth)}", value: gauge_${nth % 20}, warning: "> 2" }\n`
  const { plan } = await loaded(`version: 1
name: bench
toggles: { FEATURE_X: { targets: [web] } }
targets: { web: { use: env-file, path: web.env } }
metrics:
${names.map(metric).join('')}phases: [{ phase: core, toggles: [FEATURE_X], steps: [100%], hold: 1m, metrics: [${names.join(', ')}] }]
`)
  const lender = lend('/')
  // As many requests as are under way listen to it.
  setMaxListeners(0, lender.signal)
  const engine = { metrics: await openMetrics(plan, names, lender), signal: lender.signal, clock: lender.clock }
  const phase: Phase | undefined = plan.phases[0]
  if (!phase) throw new Error('the plan has no phase')
  return async () => {
    const missing = Object.values(await readMetrics(engine, phase)).find(({ is }) => is === 'missing')
    if (missing) throw new Error(JSON.stringify(missing))
  }
}

async function fetchAll(url: string, count: number, one: (url: string) => Promise<unknown>): Promise<void> {
  const left = Array.from({ length: count }, (_, nth) => `${url}/${nth}`).values()
  const next = async (): Promise<void> => {
    for (const each of left) await one(each)
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, count) }, next))
}

async function read(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (part: string) => (text += part))
      response.on('end', () => resolve(text))
    }).on('error', reject)
  })
}

/** All in turn, so that whatever else the machine does is shared; the first round warms them up. */
async function costs<Works extends readonly (() => Promise<unknown>)[]>(...works: Works): Promise<{ readonly [Nth in keyof Works]: Cost }>
async function costs(...works: readonly (() => Promise<unknown>)[]): Promise<readonly Cost[]> {
  const all = works.map((): Cost[] => [])
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const [nth, work] of works.entries()) all[nth]?.push(await cost(work))
  }
  return all.map((each) => median(each.slice(1)))
}

async function cost(work: () => Promise<unknown>): Promise<Cost> {
  const [began, before] = [performance.now(), process.cpuUsage()]
  await work()
  const { user, system } = process.cpuUsage(before)
  return { wall: performance.now() - began, cpu: (user + system) / 1000 }
}

function median(all: readonly Cost[]): Cost {
  const middle = (of: keyof Cost): number => all.map((each) => each[of]).toSorted((a, b) => a - b)[Math.floor(all.length / 2)] ?? Number.NaN
  return { wall: middle('wall'), cpu: middle('cpu') }
}

async function serve(delay: number): Promise<{ readonly url: string; readonly close: () => void }> {
  const child = spawn(process.execPath, ['-e', SERVER, String(delay)], { stdio: ['ignore', 'pipe', 'inherit'] })
  const port = await new Promise<string>((resolve) => child.stdout.once('data', (line: Buffer) => resolve(line.toString().trim())))
  return { url: `http://127.0.0.1:${port}`, close: () => void child.kill() }
}
