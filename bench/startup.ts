// How long short commands take, as a multiple of a bare Node.js: `npm run bench`.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

interface Row {
  readonly argv: readonly string[]
  readonly cwd?: string
  /** Its exit code, where that is not 0. */
  readonly ends?: number
  /** How many times the bare Node.js it may take. */
  readonly limit?: number
}

const ROUNDS = 25
const binary = join(import.meta.dirname, '../bin/rollout.cjs')
const root = mkdtempSync(join(tmpdir(), 'rollout-bench-'))
const plan = `version: 1
name: bench
toggles: { FEATURE_X: { targets: [web] } }
targets:
  web: { use: env-file, path: web.env }
phases: [{ phase: core, toggles: [FEATURE_X], steps: [10%, 100%], hold: 1m }]
`

try {
  const [begun, under, empty] = [folderOf('start'), folderOf('start', 'advance'), folderOf()]
  const rows = new Map<string, Row>([
    ['node -e 0', { argv: ['-e', '0'] }],
    ['rollout --version', { argv: [binary, '--version'], limit: 1.2 }],
    ['rollout --help', { argv: [binary, '--help'] }],
    ['rollout status', { argv: [binary, 'status'], cwd: begun, limit: 1.35 }],
    // Its targets are asked for their marks.
    ['status, under way', { argv: [binary, 'status'], cwd: under }],
    ['status, none begun', { argv: [binary, 'status'], cwd: empty, ends: 64, limit: 1.6 }],
  ])
  const times = new Map([...rows.keys()].map((name) => [name, [] as number[]]))
  // In turn, so that whatever else the machine does hits all of them alike; the first round only warms up.
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const [name, { argv, cwd = root, ends = 0 }] of rows) {
      const began = performance.now()
      const { status } = spawnSync(process.execPath, argv, { cwd, stdio: 'ignore' })
      if (status !== ends) throw new Error(`${name} ended with ${status}`)
      if (round > 0) times.get(name)?.push(performance.now() - began)
    }
  }
  const floor = median(times.get('node -e 0') ?? [])
  console.log(`start-up on Node ${process.versions.node}, medians of ${ROUNDS} runs`)
  for (const [name, each] of times) {
    const limit = rows.get(name)?.limit
    const wanted = limit === undefined ? '' : `  (at most ${limit}×)`
    console.log(`  ${name.padEnd(20)} ${median(each).toFixed(1).padStart(6)} ms  ${(median(each) / floor).toFixed(2)}×${wanted}`)
  }
} finally {
  rmSync(root, { recursive: true, force: true })
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

/** Makes a folder with a plan and plays verbs in it. */
function folderOf(...verbs: readonly string[]): string {
  const cwd = mkdtempSync(join(root, 'plan-'))
  writeFileSync(join(cwd, 'rollout.yaml'), plan)
  writeFileSync(join(cwd, 'web.env'), 'FEATURE_X=false\n')
  for (const verb of verbs) execFileSync(process.execPath, [binary, verb], { cwd, stdio: 'ignore' })
  return cwd
}
