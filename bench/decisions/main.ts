// How often and how fast the evidence ledger is right, beside its peers in the same worlds: `npm run bench:decisions`.
//
// At 100 % nobody has the toggle off, so that the last step with a group to compare with, 50 %, is where a release is
// complete: going on to 100 % needs the proof. "Good one complete" is that minute; the peers' is when their last pause
// at 100 % (Argo) or the promotion (Flagger) is over. Caught is rolled back before that.
import { Worker } from 'node:worker_threads'
import { fileURLToPath } from 'node:url'
import Table from 'cli-table3'
import { rolldown } from 'rolldown'
import { LIMITS, missed } from './limits.ts'
import type { Outcome } from './rollout.ts'
import type { Cell } from './worker.ts'
import { worldsFor, type Rate } from './worlds.ts'

const WORKERS = 2
const ROLLOUTS = 300
const RATES: readonly Rate[] = [10, 100, 1000]
type Outcomes = Readonly<Record<string, Outcome>>
const NONE: Outcome = { rollouts: 1, rolledBack: 0, complete: 0 }

const began = performance.now()
const names = worldsFor(10).map(({ name }) => name)
// The slowest first, so that neither worker ends up alone with one.
const cells = names.flatMap((world) =>
  [...(world === 'good' ? ([1] as const) : []), ...RATES].map((rate) => ({ world, rate, rollouts: ROLLOUTS })),
)
const queue: Cell[] = cells.toSorted((a, b) => a.rate - b.rate)
const results = new Map<string, Outcomes>()
const code = await bundle()
await Promise.all(Array.from({ length: WORKERS }, work))

const misses = Object.keys(LIMITS)
  .filter((name) => !names.includes(name))
  .map((name) => `${name}: a limit without a world`)
for (const { world, rate } of cells) misses.push(...missed(world, rate, outcomesOf(world, rate)['ledger'] ?? NONE))
console.log(render())
console.log(`\n${ROLLOUTS} rollouts a cell, 1 → 5 → 25 → 50 → 100 %, a poll a minute. rb: rolled back at median minutes; ok: at 100 %.`)
console.log(`${Math.round((performance.now() - began) / 1000)} s on ${WORKERS} workers`)
for (const miss of misses) console.log(`MISSED ${miss}`)
process.exitCode = misses.length > 0 ? 1 : 0

/** The worker as one piece of JavaScript: on Node 20 no loader of TypeScript reaches into worker threads. */
async function bundle(): Promise<string> {
  const build = await rolldown({ input: fileURLToPath(new URL('worker.ts', import.meta.url)), platform: 'node', logLevel: 'silent' })
  const { output } = await build.generate({ format: 'cjs', codeSplitting: false })
  await build.close()
  return output[0].code
}

/** One worker takes cells until none is left. */
async function work(): Promise<void> {
  const worker = new Worker(code, { eval: true, execArgv: [] })
  try {
    for (let cell = queue.shift(); cell; cell = queue.shift()) {
      const outcomes = await new Promise<Outcomes>((resolve, reject) => {
        worker.removeAllListeners()
        worker.once('message', resolve)
        worker.once('error', reject)
        worker.postMessage(cell, [])
      })
      results.set(`${cell.world} ${cell.rate}`, outcomes)
    }
  } finally {
    await worker.terminate()
  }
}

function outcomesOf(name: string, rate: Rate): Outcomes {
  return results.get(`${name} ${rate}`) ?? {}
}

function render(): string {
  const deciders = Object.keys(outcomesOf('good', 10))
  const table = new Table({ head: ['world', 'req/s', ...deciders], style: { head: [], border: [], compact: true } })
  for (const { world, rate } of cells)
    table.push([world, String(rate), ...deciders.map((each) => cellOf(outcomesOf(world, rate)[each] ?? NONE))])
  return table.toString()
}

function cellOf({ rollouts, rolledBack, rolledBackAfter, complete, completeAfter }: Outcome): string {
  const part = (what: string, count: number, after: number | undefined): string =>
    `${what} ${((100 * count) / rollouts).toFixed(1).padStart(5)}${after === undefined ? '' : ` @${after}`}`.padEnd(15)
  return `${part('rb', rolledBack, rolledBackAfter)}${part('ok', complete, completeAfter)}`.trimEnd()
}
