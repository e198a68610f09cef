import { Worker } from 'node:worker_threads'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'
import type { Cell, Outcomes } from './worker.ts'

export const WORKERS = 2

export interface Result {
  readonly cell: Cell
  readonly outcomes: Outcomes
}

/** Plays the cells on all workers; the results come in the order of the cells. */
export async function runCells(cells: readonly Cell[]): Promise<readonly Result[]> {
  // The slowest first, so that no worker ends up alone with one.
  const queue = cells.toSorted((a, b) => a.rate - b.rate || a.interval - b.interval)
  const found = new Map<Cell, Outcomes>()
  const code = await bundle()
  await Promise.all(Array.from({ length: WORKERS }, () => work(code, queue, found)))
  return cells.map((cell) => ({ cell, outcomes: found.get(cell) ?? {} }))
}

/** Makes the worker one piece of JavaScript: on Node 20 no loader of TypeScript reaches into worker threads. */
async function bundle(): Promise<string> {
  const build = await rolldown({ input: fileURLToPath(new URL('worker.ts', import.meta.url)), platform: 'node', logLevel: 'silent' })
  const { output } = await build.generate({ format: 'cjs', codeSplitting: false })
  await build.close()
  return output[0].code
}

/** One worker takes cells until none is left. */
async function work(code: string, queue: Cell[], found: Map<Cell, Outcomes>): Promise<void> {
  const worker = new Worker(code, { eval: true, execArgv: [] })
  try {
    for (let cell = queue.shift(); cell; cell = queue.shift()) {
      const outcomes = await new Promise<Outcomes>((resolve, reject) => {
        worker.removeAllListeners()
        worker.once('message', resolve)
        worker.once('error', reject)
        worker.postMessage(cell, [])
      })
      found.set(cell, outcomes)
    }
  } finally {
    await worker.terminate()
  }
}
