import { performance } from 'node:perf_hooks'
import { setImmediate } from 'node:timers/promises'
import { play, type Played } from './rollout.ts'

/** Between two lines that say how far it is, in milliseconds. */
const TOLD = 5000

/**
 * Plays seeds from … to (exclusive) and prints lines of JSON: counts, and the first rollouts that broke an invariant. The
 * last line is of all of them.
 */
const [from = 0, to = 0, most = 1] = process.argv.slice(2, 5).map(Number)
const isHarsh = process.argv[5] === 'harsh'
// Most errors here are replies that were lost, and nobody reads where from.
Error.stackTraceLimit = 0
const ends: Record<string, number> = {}
const broken: Pick<Played, 'seed' | 'violations'>[] = []
let [played, events, processes, told] = [0, 0, 0, performance.now()]
const tell = (): void => void process.stdout.write(`${JSON.stringify({ played, events, processes, ends, broken })}\n`)
for (let seed = from; seed < to && broken.length < most; seed += 1) {
  const one = await play(seed, { isHarsh })
  // What weak references point to is only given up in a real turn of the event loop, and a rollout takes none.
  await setImmediate()
  played += 1
  events += one.events
  processes += one.processes
  ends[one.end] = (ends[one.end] ?? 0) + 1
  if (one.violations.length > 0) broken.push({ seed, violations: one.violations.slice(0, 3) })
  if (performance.now() - told < TOLD) continue
  tell()
  told = performance.now()
}
tell()
