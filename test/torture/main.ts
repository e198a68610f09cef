import { performance } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { LONG, SCENARIOS, SHORT } from './scenarios.ts'
import { removePrepared } from './site.ts'

/*
 * npm run torture -- [--only kill,crowd] [--seed 1] [--rounds 200] [--points 20] [--short]
 *   Every scenario, or the named ones: every place to strike at, or so many of each command. --seed plays a failure again.
 */
const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    seed: { type: 'string', default: '1' },
    rounds: { type: 'string' },
    points: { type: 'string' },
    short: { type: 'boolean', default: false },
  },
})
const base = values.short ? SHORT : LONG
const form = {
  ...base,
  seed: Number(values.seed),
  ...(values.rounds !== undefined && { rounds: Number(values.rounds) }),
  ...(values.points !== undefined && { points: Number(values.points), cuts: Number(values.points) }),
}
const only = values.only?.split(',')
const unknown = only?.find((name) => !SCENARIOS.some((each) => each.name === name))
if (unknown !== undefined) throw new Error(`"${unknown}" is none of ${SCENARIOS.map(({ name }) => name).join(', ')}`)

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
