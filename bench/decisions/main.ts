// How often and how fast the evidence ledger is right, beside its peers in the same worlds: `npm run bench:decisions`;
// a part of it with `--only WORLD --rate N --interval 10s|30s|60s --decider NAME --rollouts N --seed N`.
//
// At 100 % nobody has the toggle off, so that the last step with a group to compare with, 50 %, is where a release is
// complete: going on to 100 % needs the proof. "Good one complete" is that minute; the peers' is when their last pause
// at 100 % (Argo) or the promotion (Flagger) is over. Caught is rolled back before that.
import { LIMITS, missed } from './limits.ts'
import { readOptions, type Options } from './options.ts'
import { runCells, WORKERS } from './pool.ts'
import { renderOutcomes, renderPauses } from './table.ts'
import type { Cell } from './worker.ts'
import { RATES, worldsFor } from './worlds.ts'

const began = performance.now()
const options = optionsOrExit()
const cells = cellsFor(options)
const results = await runCells(cells)

const misses = Object.keys(LIMITS)
  .filter((name) => worldsFor(10).every((world) => world.name !== name))
  .map((name) => `${name}: a limit without a world`)
for (const { cell, outcomes } of results) if (outcomes['ledger']) misses.push(...missed(cell, outcomes['ledger']))
console.log(renderOutcomes(results, options.deciders))
console.log(`
${options.rollouts} rollouts a cell, 1 → 5 → 25 → 50 → 100 %. rb: rolled back, % at median minutes; ok: at 100 %; ask: ever stopped until
a person let it go on; then the median requests of those rolled back: failed because of the release / exposed to it.`)
if (options.deciders.includes('ledger')) console.log(`\n${renderPauses(results)}`)
console.log(`\n${Math.round((performance.now() - began) / 1000)} s on ${WORKERS} workers`)
for (const miss of misses) console.log(`MISSED ${miss}`)
process.exitCode = misses.length > 0 ? 1 : 0

function optionsOrExit(): Options {
  try {
    return readOptions(process.argv.slice(2))
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    return process.exit(64)
  }
}

function cellsFor({ worlds, rates, intervals, ...rest }: Options): readonly Cell[] {
  // With one request a second only a good release is of interest, and whether it is stopped.
  const isPlayed = (world: string, rate: number): boolean => rate !== 1 || world === 'good'
  return worlds.flatMap((world) =>
    RATES.filter((rate) => rates.includes(rate) && isPlayed(world, rate)).flatMap((rate) =>
      intervals.map((interval) => ({ world, rate, interval, ...rest })),
    ),
  )
}
