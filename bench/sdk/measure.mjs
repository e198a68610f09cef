// Measures one candidate in a process of its own, and prints the figures as JSON: `time NAME` or `bytes NAME`.
import { candidates, ids } from './candidates.mjs'

const BATCHES = 25
/** Milliseconds; short, so that some batches are not disturbed on a busy machine. */
const BATCH = 15
const WARM = 700

const [what, name] = process.argv.slice(2)
const evaluate = await candidates[name]()
const isAsync = typeof evaluate(ids[0])?.then === 'function'
const run = isAsync ? runAsync : runSync

let count = 1000
const began = performance.now()
// The compiler works beside the program, and on a busy machine late.
while ((await timed(count)) < BATCH || performance.now() - began < WARM) if ((await timed(count)) < BATCH) count *= 2
console.log(JSON.stringify(what === 'bytes' ? await bytes() : await time()))
process.exit()

/** Nanoseconds an evaluation, and the share of the ids that are in. */
async function time() {
  const nanoseconds = []
  for (let batch = 0; batch < BATCHES; batch += 1) nanoseconds.push(((await timed(count)) / count) * 1e6)
  nanoseconds.sort((a, b) => a - b)
  return { best: nanoseconds[0], median: nanoseconds[BATCHES >> 1], share: (await run(ids.length)) / ids.length }
}

/** Of the heap, an evaluation: so few that nothing is collected in between, in a young generation of 64 MiB. */
async function bytes() {
  const few = 10_000
  const seen = []
  for (let round = 0; round < 5; round += 1) {
    globalThis.gc()
    const before = process.memoryUsage().heapUsed
    await run(few)
    seen.push((process.memoryUsage().heapUsed - before) / few)
  }
  return { bytes: Math.max(0, Math.min(...seen)) }
}

/** Milliseconds of processor time: what others do on the machine counts less. */
async function timed(times) {
  const before = process.cpuUsage()
  await run(times)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

function runSync(times) {
  let on = 0
  for (let nth = 0; nth < times; nth += 1) if (evaluate(ids[nth % ids.length])) on += 1
  return on
}

async function runAsync(times) {
  let on = 0
  for (let nth = 0; nth < times; nth += 1) if (await evaluate(ids[nth % ids.length])) on += 1
  return on
}
