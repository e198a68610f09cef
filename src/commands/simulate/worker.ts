import { parentPort } from 'node:worker_threads'
import { forecast } from '../../core/forecast/forecast.ts'
import type { RunsApart } from './play-apart.ts'

/** Plays its share of the runs, and tells each as it ends. */
parentPort?.once('message', ({ plan, release, seed, first, every, most }: RunsApart) => {
  let left = most
  for (const run of forecast(plan, release, seed, { first, every })) {
    parentPort?.postMessage(run, [])
    left -= 1
    if (left === 0) break
  }
  parentPort?.close()
})
