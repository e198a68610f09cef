import { setImmediate } from 'node:timers/promises'
import { play, type Played } from './rollout.ts'

/** Plays seeds from … to (exclusive) and prints one JSON line: counts, and the first rollouts that broke an invariant. */
const [from = 0, to = 0, most = 1] = process.argv.slice(2, 5).map(Number)
const isHarsh = process.argv[5] === 'harsh'
// Most errors here are replies that were lost, and nobody reads where from.
Error.stackTraceLimit = 0
const ends: Record<string, number> = {}
const broken: Pick<Played, 'seed' | 'violations'>[] = []
let [played, events, processes] = [0, 0, 0]
for (let seed = from; seed < to && broken.length < most; seed += 1) {
  const one = await play(seed, { isHarsh })
  // What weak references point to is only given up in a real turn of the event loop, and a rollout takes none.
  await setImmediate()
  played += 1
  events += one.events
  processes += one.processes
  ends[one.end] = (ends[one.end] ?? 0) + 1
  if (one.violations.length > 0) broken.push({ seed, violations: one.violations.slice(0, 3) })
}
process.stdout.write(JSON.stringify({ played, events, processes, ends, broken }))
