import { mkdirSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { misused, readOptions, whole } from '../helpers/usage.ts'
import { PROPERTIES } from './all.ts'
import { AREAS, caseFile, type Broken, type Ends, type Property } from './property.ts'

/*
 * The properties of test/fuzz, which `npm test` holds for a moment, for as long as is wanted. An input that breaks one
 * is kept in test/fuzz/cases, where `npm test` finds it from then on.
 */
const USAGE = 'npm run fuzz -- [--minutes 5] [--seed N] [--only plan|env|words|metrics|journal]'
const values = readOptions(USAGE, { minutes: { type: 'string', default: '5' }, seed: { type: 'string' }, only: { type: 'string' } })
const minutes = Number(values.minutes)
const seed = values.seed === undefined ? Date.now() % 1_000_000_000 : whole(USAGE, values.seed)
const areas = AREAS.filter((area) => values.only === undefined || values.only.split(',').includes(area))
if (!(minutes > 0) || areas.length === 0) misused(USAGE)

/** One property after another, a slice of time each, so that a short run has seen all of them. */
const ROUNDS = Math.max(1, Math.min(10, Math.round(minutes * 2)))
const began = performance.now()
const seconds = (): string => `${((performance.now() - began) / 1000).toFixed(0)}s`.padStart(5)
const wanted = PROPERTIES.filter(({ area }) => areas.includes(area))
const share = (minutes * 60_000) / areas.length / ROUNDS
const totals = new Map<Property, { runs: number; ends: Record<string, number>; broken: Broken[] }>()

console.log(`seed ${seed}, ${minutes} min, ${wanted.length} properties`)
for (let round = 0; round < ROUNDS; round += 1) {
  for (const property of wanted) {
    const total = totals.get(property) ?? { runs: 0, ends: {}, broken: [] }
    totals.set(property, total)
    // What is broken stays so: the time is better spent on the others.
    if (total.broken.length > 0) continue
    const of = wanted.filter(({ area }) => area === property.area).length
    const { runs, ends, broken } = await property.hunt(seed + round * 1_000_000, performance.now() + share / of)
    total.runs += runs
    for (const [end, times] of Object.entries(ends)) total.ends[end] = (total.ends[end] ?? 0) + times
    console.log(`${seconds()}  ${property.area.padEnd(8)}${String(total.runs).padStart(9)}  ${property.name} (${shown(total.ends)})`)
    if (broken) total.broken.push(report(property, broken))
  }
}

console.log('')
for (const area of areas) {
  const found = [...totals].filter(([property]) => property.area === area).map(([, total]) => total)
  const runs = found.reduce((all, each) => all + each.runs, 0)
  const broken = found.flatMap((each) => each.broken).length
  console.log(
    `${broken === 0 ? '✓' : '✗'} ${area.padEnd(8)}${String(runs).padStart(9)} inputs, ${broken} broken of ${found.length} properties`,
  )
}
const all = [...totals.values()]
console.log(`${all.reduce((sum, { runs }) => sum + runs, 0)} inputs in ${seconds().trim()}, seed ${seed}`)
process.exitCode = all.some(({ broken }) => broken.length > 0) ? 1 : 0

function report(property: Property, broken: Broken): Broken {
  const folder = join(import.meta.dirname, 'cases')
  const file = join(folder, caseFile(property.area, broken))
  mkdirSync(folder, { recursive: true })
  const kept = { area: property.area, property: property.name, input: JSON.parse(broken.input) as unknown }
  writeFileSync(file, `${JSON.stringify(kept, undefined, 2)}\n`)
  console.log(`✗ ${property.area}: ${property.name}\n  seed ${broken.seed}\n  input ${broken.input.slice(0, 2000)}`)
  console.log(
    broken.error
      .split('\n')
      .slice(0, 30)
      .map((line) => `  ${line}`)
      .join('\n'),
  )
  console.log(`  kept in ${relative(process.cwd(), file)}: npm test replays it`)
  return broken
}

function shown(ends: Ends): string {
  return Object.entries(ends)
    .map(([end, times]) => `${times} ${end}`)
    .join(', ')
}
