import { availableParallelism } from 'node:os'
import { performance } from 'node:perf_hooks'
import { readOptions, whole } from '../helpers/usage.ts'
import { BUGS } from './bugs.ts'
import { prepare, type Hunted } from './hunt.ts'

/*
 * Many rollouts, every invariant; or every seeded bug. `npm run simulate:story -- SEED` tells what happened in one of them.
 */
const USAGE = 'npm run simulate -- [--rollouts 100000] [--from 0] [--bugs]'
const values = readOptions(USAGE, {
  rollouts: { type: 'string', default: '100000' },
  from: { type: 'string', default: '0' },
  bugs: { type: 'boolean', default: false },
})
/** Between two lines that say how far it is, in milliseconds. */
const SHOWN = 10_000
const [rollouts, from] = [whole(USAGE, values.rollouts, 1), whole(USAGE, values.from)]
const began = performance.now()
const seconds = (): string => `${((performance.now() - began) / 1000).toFixed(0)}s`
process.exitCode = (await (values.bugs ? findBugs() : playMany(rollouts, from))) ? 0 : 1

async function playMany(count: number, from: number): Promise<boolean> {
  const simulation = await prepare()
  // A fresh process takes hundreds of rollouts to reach its speed.
  const chunk = Math.min(5000, Math.ceil(count / availableParallelism()))
  const told = new Map<number, Hunted>()
  let [next, shown] = [from, 0]
  const show = (): void => {
    const all = [...told.values()]
    const seeds = all.flatMap(({ broken }) => broken.map(({ seed }) => seed))
    const which = seeds.length > 0 ? ` (${seeds.slice(0, 5).join(', ')})` : ''
    console.log(`${sum(all, (each) => each.played)} of ${count} rollouts, ${seeds.length} with a violation${which}, ${seconds()}`)
    shown = performance.now()
  }
  const worker = async (): Promise<void> => {
    while (next < from + count) {
      const start = next
      next += chunk
      await simulation.play(start, Math.min(start + chunk, from + count), chunk, undefined, (hunted) => {
        told.set(start, hunted)
        if (performance.now() - shown >= SHOWN) show()
      })
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, worker))
  simulation.close()
  const found = [...told.values()]
  const ends: Record<string, number> = {}
  for (const each of found) for (const [end, times] of Object.entries(each.ends)) ends[end] = (ends[end] ?? 0) + times
  console.log(
    `\n${sum(found, (each) => each.played)} rollouts, ${sum(found, (each) => each.processes)} processes, ${sum(found, (each) => each.events)} events in ${seconds()}`,
  )
  console.log(
    Object.entries(ends)
      .map(([end, times]) => `  ${String(times).padStart(7)} ${end}`)
      .join('\n'),
  )
  const broken = found.flatMap((each) => each.broken).toSorted((a, b) => a.seed - b.seed)
  console.log(`${broken.length} violations`)
  for (const { seed, violations } of broken.slice(0, 20))
    console.log(`  ✗ seed ${seed}: ${violations.map(({ invariant, text }) => `${invariant} ${text}`).join('; ')}`)
  return broken.length === 0
}

async function findBugs(): Promise<boolean> {
  let missed = 0
  const queue = [...BUGS]
  const worker = async (): Promise<void> => {
    for (let bug = queue.shift(); bug; bug = queue.shift()) {
      const simulation = await prepare(bug)
      const { broken, played } = await simulation.play(bug.from ?? 0, (bug.from ?? 0) + 5000, 1, 'harsh')
      simulation.close()
      const [first] = broken
      if (!first) missed += 1
      console.log(
        first
          ? `✓ ${bug.name}: seed ${first.seed} after ${played} rollouts, ${first.violations[0]?.invariant} ${first.violations[0]?.text}`
          : `✗ ${bug.name}: not found in ${played} rollouts`,
      )
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, worker))
  console.log(`${BUGS.length - missed} of ${BUGS.length} seeded bugs found in ${seconds()}`)
  return missed === 0
}

function sum(hunted: readonly Hunted[], of: (each: Hunted) => number): number {
  return hunted.reduce((all, each) => all + of(each), 0)
}
