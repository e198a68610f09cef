import { performance } from 'node:perf_hooks'
import { misused, readOptions, whole } from '../helpers/usage.ts'
import { LONG, SCENARIOS, SHORT } from './scenarios.ts'
import { removePrepared } from './site.ts'

/*
 * Every scenario, or the named ones: every place to strike at, or so many of each command. --seed plays a failure again.
 */
const USAGE = `npm run torture -- [--only ${SCENARIOS.map(({ name }) => name).join(',')}] [--seed 1] [--rounds 200] [--points 20] [--short]`
const values = readOptions(USAGE, {
  only: { type: 'string' },
  seed: { type: 'string', default: '1' },
  rounds: { type: 'string' },
  points: { type: 'string' },
  short: { type: 'boolean', default: false },
})
const base = values.short ? SHORT : LONG
const points = values.points === undefined ? undefined : whole(USAGE, values.points, 1)
const form = {
  ...base,
  seed: whole(USAGE, values.seed),
  ...(values.rounds !== undefined && { rounds: whole(USAGE, values.rounds, 1), cutRounds: whole(USAGE, values.rounds, 1) }),
  ...(points !== undefined && { points, cuts: points }),
}
const only = values.only?.split(',')
if (only?.some((name) => !SCENARIOS.some((each) => each.name === name))) misused(USAGE)

console.log(`seed ${form.seed}`)
let wrong = 0
for (const { name, lacks, run } of SCENARIOS) {
  if (only && !only.includes(name)) continue
  if (lacks !== undefined) {
    console.log(`- ${name.padEnd(10)} skipped, for lack of ${lacks}`)
    continue
  }
  const began = performance.now()
  const report = await run(form)
  const counts = Object.entries(report.counts).map(([what, count]) => `${count} ${what}`)
  const seconds = ((performance.now() - began) / 1000).toFixed(0)
  const mark = report.violations.length === 0 ? '✓' : '✗'
  console.log(
    `${mark} ${name.padEnd(10)} ${report.name.padEnd(50)} ${report.violations.length} violations  ${counts.join(', ')}  ${seconds}s`,
  )
  for (const violation of report.violations) console.log(`    ${violation}`)
  wrong += report.violations.length
}
await removePrepared()
console.log(`${wrong} violations`)
process.exitCode = wrong === 0 ? 0 : 1
