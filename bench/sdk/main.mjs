// What one evaluation costs, beside other SDKs: `npm run bench:sdk`. They are installed into this folder, so that the
// project itself stays small. Every candidate runs in a process of its own, in turn, so that whatever else the machine
// does hits all of them alike; what counts is the best round.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { candidates } from './candidates.mjs'

const ROUNDS = 5
const folder = import.meta.dirname
const OURS = 'rollout, by name'

if (!existsSync(join(folder, 'node_modules/.package-lock.json')))
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder, stdio: 'inherit' })
execFileSync(process.execPath, [join(folder, '../../bin/build.mjs'), '--if-needed'], { stdio: 'inherit' })

const results = new Map(Object.keys(candidates).map((name) => [name, []]))
for (let round = 0; round < ROUNDS; round += 1) for (const [name, rounds] of results) rounds.push(measure([], 'time', name))

const rows = [...results].map(([name, rounds]) => ({
  name,
  best: Math.min(...rounds.map((each) => each.best)),
  median: Math.min(...rounds.map((each) => each.median)),
  bytes: measure(['--expose-gc', '--max-semi-space-size=64', '--min-semi-space-size=64'], 'bytes', name).bytes,
  share: rounds[0].share,
}))
const ours = rows.find(({ name }) => name === OURS)
const versions = [
  '@openfeature/flagd-core',
  'unleash-client',
  '@growthbook/growthbook',
  '@launchdarkly/node-server-sdk',
  '@openfeature/server-sdk',
]
console.log(
  `one evaluation of one toggle at 10 %, UUID ids; Node ${process.versions.node}, ${cpus()[0]?.model ?? 'unknown'} × ${cpus().length}`,
)
console.log(`${versions.map((name) => `${name} ${versionOf(name)}`).join(', ')}\n`)
console.log(`${''.padEnd(38)}${['ns best', 'ns median', 'bytes', 'ratio', '10 % is'].map((head) => head.padStart(11)).join('')}`)
for (const { name, best, median, bytes, share } of rows) {
  const cells = [best.toFixed(0), median.toFixed(0), bytes.toFixed(0), `${(best / ours.best).toFixed(1)}×`, `${(share * 100).toFixed(1)} %`]
  console.log(`${name.padEnd(38)}${(name.startsWith('reading') ? cells.slice(0, 3) : cells).map((cell) => cell.padStart(11)).join('')}`)
}
const others = rows.filter(({ name }) => !name.startsWith('rollout') && !name.startsWith('reading'))
const fastest = others.toSorted((a, b) => a.best - b.best)[0]
console.log(
  `\nby name ${ours.best.toFixed(0)} ns (goal: at most 60), ${(fastest.best / ours.best).toFixed(1)}× as fast as ${fastest.name} (goal: at least 8)`,
)

function measure(flags, what, name) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...flags, join(folder, 'measure.mjs'), what, name], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${name} ended with ${status}: ${stderr}`)
  return JSON.parse(stdout)
}

function versionOf(name) {
  const listed = JSON.parse(execFileSync('npm', ['ls', name, '--json', '--depth=0'], { cwd: folder, encoding: 'utf8' }))
  return listed.dependencies[name].version
}
