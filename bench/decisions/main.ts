// How often and how fast the evidence ledger is right, beside its peers in the same worlds: `npm run bench:decisions`
// in about two minutes; everything with `--long`;
// a part of it with `--only WORLD --rate N --interval 10s|30s|60s --decider NAME --rollouts N --seed N`.
//
// At 100 % nobody has the toggle off, so that the last step with a group to compare with, 50 %, is where a release is
// complete: going on to 100 % needs the proof. "Good one complete" is that minute; the peers' is when their last pause
// at 100 % (Argo) or the promotion (Flagger) is over. Caught is rolled back before that.
import { writeFileSync } from 'node:fs'
import { cellsFor } from './cells.ts'
import { LIMITS, missed, type Miss } from './limits.ts'
import { readOptions, type Options } from './options.ts'
import { runCells, WORKERS } from './pool.ts'
import { renderSummary } from './summary.ts'
import { renderOutcomes, renderPauses } from './table.ts'
import { worldsFor } from './worlds.ts'

const began = performance.now()
const options = optionsOrExit()
const cells = cellsFor(options)
const results = await runCells(cells)

const misses: Miss[] = Object.keys(LIMITS)
  .filter((name) => worldsFor(10).every((world) => world.name !== name))
  .map((name) => ({ text: `${name}: a limit without a world`, byChance: false }))
for (const { cell, outcomes } of results) if (outcomes['ledger']) misses.push(...missed(cell, outcomes['ledger']))
const summary = renderSummary(results, options.deciders)
const whole = [
  renderOutcomes(results, options.deciders),
  `${options.rollouts} rollouts a cell, 1 → 5 → 25 → 50 → 100 %. rb: rolled back, % at median minutes; ok: at 100 %; ask: ever stopped until
a person let it go on; then the median requests of those rolled back: failed because of the release / exposed to it.
MISSED is a limit; AT ITS LIMIT is one missed by no more than chance does to one in twenty that just hold.`,
  ...(options.deciders.includes('ledger') ? [renderPauses(results)] : []),
  [
    `${Math.round((performance.now() - began) / 1000)} s on ${WORKERS} workers`,
    ...misses.map(({ text, byChance }) => `${byChance ? 'AT ITS LIMIT' : 'MISSED'} ${text}`),
  ].join('\n'),
].join('\n\n')
if (summary !== '') console.log(`${summary}\n`)
console.log(whole)
if (options.write) {
  writeFileSync(new URL('SUMMARY.md', import.meta.url), `${summary}\n`)
  writeFileSync(new URL('RESULTS.txt', import.meta.url), `${whole}\n`)
}
process.exitCode = misses.every(({ byChance }) => byChance) ? 0 : 1

function optionsOrExit(): Options {
  try {
    return readOptions(process.argv.slice(2))
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    return process.exit(64)
  }
}
