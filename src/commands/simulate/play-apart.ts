import { on } from 'node:events'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { ForecastRelease, ForecastRun } from '../../core/forecast/forecast.ts'
import type { Plan } from '../../core/plan/plan.ts'

/** Runs to be played: `most` of them, from number `first` on. */
interface Runs {
  readonly plan: Plan
  readonly release: ForecastRelease
  readonly seed: number
  readonly first: number
  readonly most: number
}

/** The runs of one thread: every so many-th. */
export interface RunsApart extends Runs {
  readonly every: number
}

/**
 * Plays runs in so many threads and yields them in the order of their numbers: a run depends on the seed and its number
 * alone. Throws what a thread throws, and the reason of the signal. No thread outlives it.
 */
export async function* playApart(runs: Runs, threads: number, signal: AbortSignal): AsyncGenerator<ForecastRun> {
  signal.throwIfAborted()
  const { first, most } = runs
  const players = Array.from({ length: threads }, (_, nth) => {
    const worker = openWorker()
    // From here on what it says is kept until it is asked for, also that it failed.
    const said = on(worker, 'message', { signal, close: ['exit'] })
    const own: RunsApart = { ...runs, first: first + nth, every: threads, most: Math.ceil((most - nth) / threads) }
    worker.postMessage(own, [])
    return { worker, said }
  })
  try {
    for (let nth = 0; nth < most; nth += 1) {
      const next = await players[nth % threads]?.said.next()
      const [run]: readonly ForecastRun[] = next?.done === false ? next.value : []
      if (!run) throw new Error(`a thread ended before run ${first + nth}`)
      yield run
    }
  } catch (thrown) {
    throw signal.aborted ? signal.reason : thrown
  } finally {
    await Promise.all(players.map(async ({ worker }) => worker.terminate()))
  }
}

/** The bundle has the worker beside it; the source is read by tsx, whose hooks for `import` end at the thread. */
function openWorker(): Worker {
  const here = fileURLToPath(import.meta.url)
  if (!here.endsWith('.ts')) return new Worker(join(dirname(here), 'simulate-worker.cjs'))
  return new Worker(sourceOf(here), { eval: true, execArgv: [] })
}

function sourceOf(here: string): string {
  const loader = createRequire(here).resolve('tsx/cjs/api')
  return `require(${JSON.stringify(loader)}).register(); require(${JSON.stringify(join(dirname(here), 'worker.ts'))})`
}
