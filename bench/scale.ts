// What many targets, many toggles and long journals cost, beside the least that could do the same: `npm run bench:scale`.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openFileStore } from '../src/adapters/state/file.ts'
import { seal, writeEvent } from '../src/adapters/state/seal.ts'
import type { Event } from '../src/core/journal/event.ts'
import { realClock } from '../test/helpers/shell.ts'

/** Wall and processor time of a process, in milliseconds. */
interface Cost {
  readonly wall: number
  readonly cpu: number
}
type Argv = readonly [file: string, ...args: string[]]

const ROUNDS = 5
/** Prints wall, user and system time in seconds, and nothing of what the command says. */
const TIMED = 'TIMEFORMAT="%R %U %S"; time "$@" > /dev/null 2> /dev/null'
const node = process.execPath
const binary = join(import.meta.dirname, '../bin/rollout.cjs')
const root = mkdtempSync(join(tmpdir(), 'rollout-bench-'))
/** Writes, syncs, renames and reads back the files that are named. */
const LOOP = `const { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } = require('node:fs')
for (const name of process.argv.slice(1)) {
  const text = readFileSync(name, 'utf8')
  const file = openSync(name + '.new', 'w')
  writeSync(file, text)
  fsyncSync(file)
  closeSync(file)
  renameSync(name + '.new', name)
  const folder = openSync('.', 'r')
  fsyncSync(folder)
  closeSync(folder)
  if (readFileSync(name, 'utf8') !== text) process.exit(1)
}`
const CALLS = `const names = process.argv.slice(2)
const next = async () => {
  for (let name = names.shift(); name; name = names.shift()) {
    await fetch(process.argv[1] + name, { method: 'PUT', body: '{}' }).then((each) => each.text())
    await fetch(process.argv[1] + name).then((each) => each.text())
  }
}
Promise.all(Array.from({ length: 100 }, next))`

try {
  console.log(`many targets on Node ${process.versions.node}: medians of ${ROUNDS} rounds, wall and processor beside a plain loop`)
  for (const count of [100, 500, 1000]) fanOut(count)
  await callMany(100, 50)
  shortCommands()
  await longJournal(50_000)
  await appendTo(100_000)
} finally {
  rmSync(root, { recursive: true, force: true })
}

function fanOut(count: number): void {
  const names = Array.from({ length: count }, (_, nth) => `t${nth}`)
  const cwd = folder(plan(names, (name) => `{ use: env-file, path: ${name}.env }`))
  for (const name of names) writeFileSync(join(cwd, `${name}.env`), 'FEATURE_X=false\n')
  rollout(cwd, 'start')
  const loop: Argv = [node, '-e', LOOP, ...names.map((name) => `${name}.env`)]
  const [up, down, least] = alternate(cwd, [[node, binary, 'advance'], [node, binary, 'rollback'], loop], () => rollout(cwd, 'resume'))
  compare(`step over ${count} targets`, up, least, 2)
  compare(`rollback over ${count} targets`, down, least, 2)
}

async function callMany(count: number, delay: number): Promise<void> {
  const held = new Map<string, string>()
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (bytes: Buffer) => (body += bytes.toString()))
    request.on('end', () => {
      if (request.method === 'PUT') held.set(request.url ?? '', body)
      setTimeout(() => response.end(held.get(request.url ?? '') ?? '{"value":"false"}'), delay)
    })
  })
  const url = await new Promise<string>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(`http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/`)
    })
  })
  const names = Array.from({ length: count }, (_, nth) => `t${nth}`)
  const target = (name: string): string =>
    `{ use: http, url: "${url}${name}", body: { value: "{{value}}", for: "{{name}}" }, get: { url: "${url}${name}", path: value }, fenced: false, timeout: 5s }`
  const cwd = folder(plan(names, target))
  await costLater(cwd, [node, binary, 'start'])
  const ups: Cost[] = []
  const least: Cost[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    least.push(await costLater(cwd, [node, '-e', CALLS, url, ...names]))
    ups.push(await costLater(cwd, [node, binary, 'advance']))
    for (const verb of ['rollback', 'resume']) await costLater(cwd, [node, binary, verb])
  }
  server.close()
  compare(`step over ${count} HTTP targets of ${delay} ms`, ups, least, 2, 3)
}

function shortCommands(): void {
  const one = folder(plan(['web'], () => '{ use: env-file, path: web.env }'))
  writeFileSync(join(one, 'web.env'), 'FEATURE_X=false\n')
  rollout(one, 'start')
  rollout(one, 'advance')
  const bare: Argv = [node, '-e', '0']
  const [undo, config, status, least] = alternate(one, [
    [node, binary, 'rollback', '--dry-run'],
    [node, binary, 'check', 'config'],
    [node, binary, 'status'],
    bare,
  ])
  compare('rollback --dry-run, to bare Node.js', undo, least, 1.9)
  compare('check config, to bare Node.js', config, least, 2.5)
  const toggles = Array.from({ length: 480 }, (_, nth) => `FEATURE_${nth}`)
  const many = folder(`version: 1
name: bench
toggles: { ${toggles.map((name) => `${name}: { targets: [web] }`).join(', ')} }
targets:
  web: { use: env-file, path: web.env }
phases: [{ phase: core, toggles: [${toggles.join(', ')}], order: together, steps: [10%, 100%], hold: 0s }]
`)
  writeFileSync(join(many, 'web.env'), toggles.map((name) => `${name}=false\n`).join(''))
  rollout(many, 'start')
  rollout(many, 'advance')
  const [full] = alternate(many, [[node, binary, 'status']])
  console.log(
    `  ${'status, 480 toggles over one'.padEnd(42)} +${(median(full, 'wall') - median(status, 'wall')).toFixed(0)} ms  (at most 40)`,
  )
}

async function longJournal(count: number): Promise<void> {
  const cwd = folder(plan(['web'], () => '{ use: env-file, path: web.env }'))
  writeFileSync(join(cwd, 'web.env'), 'FEATURE_X=false\n')
  rollout(cwd, 'start')
  await lengthen(cwd, count)
  const [status, explain, history] = alternate(cwd, [
    [node, binary, 'status'],
    [node, binary, 'explain'],
    [node, binary, 'history', '--limit', '20'],
  ])
  compare(`explain on ${count} events, to status`, explain, status, 2)
  compare(`history --limit 20 on ${count} events, to status`, history, status, 2)
}

async function appendTo(count: number): Promise<void> {
  const cwd = folder(plan(['web'], () => '{ use: env-file, path: web.env }'))
  writeFileSync(join(cwd, 'web.env'), 'FEATURE_X=false\n')
  rollout(cwd, 'start')
  const journal = await lengthen(cwd, count)
  let [before] = (await journal.read(count - 1)).slice(-1)
  const times: number[] = []
  for (let nth = 0; nth < 1000 && before; nth += 1) {
    const event = after(before)
    const began = performance.now()
    await journal.append(event)
    times.push(performance.now() - began)
    before = event
  }
  times.sort((a, b) => a - b)
  const at = (share: number): number => times[Math.floor(times.length * share)] ?? Number.NaN
  const text = `${at(0.5).toFixed(2)} ms, 99 % ${at(0.99).toFixed(2)} ms: ${(at(0.99) / at(0.5)).toFixed(1)}×`
  console.log(`  ${`append on ${count} events`.padEnd(42)} median ${text}  (at most 5×)`)
}

/** Makes a journal so many events long, and leads the commands past them by a checkpoint. */
async function lengthen(cwd: string, count: number) {
  const store = openFileStore(join(cwd, '.rollout'), { clock: realClock() })
  const journal = await store.open('bench')
  let [before] = (await journal.read()).slice(-1)
  while (before && before.seq < count) {
    before = after(before)
    writeFileSync(join(cwd, '.rollout/bench', `${String(before.seq).padStart(12, '0')}.json`), `${writeEvent(before)}\n`)
  }
  rollout(cwd, before && before.seq % 2 === 0 ? 'resume' : 'pause')
  return journal
}

function after(before: Event): Event {
  const stamp = {
    seq: before.seq + 1,
    at: before.at,
    actor: 'bench',
    version: 'bench',
    id: `bench-${before.seq + 1}`,
    previous: before.hash,
  }
  return before.seq % 2 === 0
    ? seal({ type: 'resumed', ...stamp })
    : seal({ type: 'paused', why: { code: 'operator', text: 'bench' }, ...stamp })
}

function plan(targets: readonly string[], written: (name: string) => string): string {
  return `version: 1
name: bench
toggles: { FEATURE_X: { targets: [${targets.join(', ')}] } }
targets:
${targets.map((name) => `  ${name}: ${written(name)}\n`).join('')}phases: [{ phase: core, toggles: [FEATURE_X], steps: [10%, 100%], hold: 0s }]
`
}

function folder(text: string): string {
  const path = mkdtempSync(join(root, 'plan-'))
  mkdirSync(path, { recursive: true })
  writeFileSync(join(path, 'rollout.yaml'), text)
  return path
}

function rollout(cwd: string, ...argv: readonly string[]): void {
  execFileSync(node, [binary, ...argv], { cwd, stdio: 'ignore' })
}

/** Runs commands by turns, so that whatever else the machine does hits all of them alike. */
function alternate(cwd: string, commands: readonly Argv[], between: () => void = () => undefined): readonly (readonly Cost[])[] {
  const costs = commands.map((): Cost[] => [])
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [nth, command] of commands.entries()) costs[nth]?.push(cost(cwd, command))
    between()
  }
  return costs
}

function cost(cwd: string, argv: Argv): Cost {
  const { stderr } = spawnSync('bash', ['-c', TIMED, 'bash', ...argv], { cwd, encoding: 'utf8' })
  return readCost(stderr)
}

/** The same while this process answers requests. */
async function costLater(cwd: string, argv: Argv): Promise<Cost> {
  const { execa } = await import('execa')
  const { stderr } = await execa('bash', ['-c', TIMED, 'bash', ...argv], { cwd })
  return readCost(stderr)
}

function readCost(text: string): Cost {
  const [wall = Number.NaN, user = Number.NaN, system = Number.NaN] = text.trim().split(' ').map(Number)
  return { wall: wall * 1000, cpu: (user + system) * 1000 }
}

function compare(name: string, costs: readonly Cost[] = [], least: readonly Cost[] = [], most: number, mostCpu = most): void {
  const ratio = (of: keyof Cost): string => `${(median(costs, of) / median(least, of)).toFixed(1)}×`.padStart(6)
  const text = `${ratio('wall')} wall ${ratio('cpu')} processor  (at most ${most}×${mostCpu === most ? '' : ` and ${mostCpu}×`})`
  console.log(`  ${name.padEnd(42)} ${median(costs, 'wall').toFixed(0).padStart(6)} ms ${text}`)
}

function median(costs: readonly Cost[] = [], of: keyof Cost): number {
  return costs.map((each) => each[of]).toSorted((a, b) => a - b)[Math.floor(costs.length / 2)] ?? Number.NaN
}
