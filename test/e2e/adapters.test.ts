import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { freePort } from '../helpers/port.ts'

/* docs/adapters.md, as an author follows it: the package installed, its examples copied, tried and run. */

const root = join(import.meta.dirname, '../..')
const { name, version }: { name: string; version: string } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const page = readFileSync(join(root, 'docs/adapters.md'), 'utf8')
const folder = mkdtempSync(join(tmpdir(), 'rollout-author-'))
const counts = { failed: 0, all: 0 }
const server = createServer((_, response) => {
  counts.all += 200
  response.end(JSON.stringify(counts))
})
let env: NodeJS.ProcessEnv = {}

/** The examples of the page, by the file that the first line of each names. */
const examples = Object.fromEntries(
  [...page.matchAll(/^```(?:js|ts|yaml)\n(?:\/\/|#) (\S+)\n(.*?)^```/gms)].map(([, file = '', text = '']) => [file, text]),
)

beforeAll(async () => {
  const free = await freePort()
  await new Promise<void>((resolve) => server.listen(free, '127.0.0.1', resolve))
  env = { ...process.env, QUEUE_URL: `http://127.0.0.1:${free}/` }
  execFileSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder], { cwd: root })
  const packed = `${name.replace('@', '').replace('/', '-')}-${version}.tgz`
  writeFileSync(join(folder, 'package.json'), '{ "name": "author", "private": true }')
  execFileSync('npm', ['install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund', '--silent', `./${packed}`], { cwd: folder })
  for (const [file, text] of Object.entries(examples)) writeFileSync(join(folder, file), text)
  writeFileSync(join(folder, 'words.json'), '{ "FEATURE_X": "false" }')
  const compilerOptions = {
    module: 'nodenext',
    target: 'es2023',
    strict: true,
    exactOptionalPropertyTypes: true,
    types: [],
    lib: ['es2023', 'dom'],
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['queue.mts'] }))
})

afterAll(() => {
  server.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Beside a server of this process, which must go on answering. */
async function run(...argv: readonly string[]): Promise<{ readonly status: number | null; readonly said: string }> {
  const child = spawn(process.execPath, argv, { cwd: folder, env })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const status = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return { status, said }
}
const rollout = async (...argv: readonly string[]) => run(join(folder, 'node_modules', name, 'bin/rollout.cjs'), ...argv)

it('has its examples, by the name of the package', () => {
  expect(Object.keys(examples)).toEqual(['store.mjs', 'queue.mts', 'log.mjs', 'rollout.yaml', 'conform.mjs'])
  const imported = [...page.matchAll(/from '(\S+\/adapter)'/g)].map(([, from]) => from)
  expect(new Set(imported)).toEqual(new Set([`${name}/adapter`]))
})

it('its TypeScript compiles, under the declarations of the package', () => {
  const { status, stdout } = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder], {
    encoding: 'utf8',
  })
  expect({ status, stdout }).toEqual({ status: 0, stdout: '' })
})

it('all three keep the contract', async () => {
  expect(await run('conform.mjs')).toEqual({ status: 0, said: 'all three keep it\n' })
  expect(JSON.parse(readFileSync(join(folder, 'words.json'), 'utf8'))).toEqual({ FEATURE_X: 'false' })
})

it('its plan is good, and rolls out', async () => {
  expect(await rollout('check', 'config')).toMatchObject({ status: 0 })
  expect(await rollout('start', '--actor', 'ana')).toMatchObject({ status: 0 })
  expect(await rollout('advance', '--override', 'hold,samples,metrics', '--reason', 'try', '--actor', 'ana')).toMatchObject({ status: 0 })
  expect(JSON.parse(readFileSync(join(folder, 'words.json'), 'utf8'))).toEqual({ FEATURE_X: '10%' })
  expect(await rollout('rollback', '--actor', 'ana')).toMatchObject({ status: 0 })
  expect(JSON.parse(readFileSync(join(folder, 'words.json'), 'utf8'))).toEqual({ FEATURE_X: 'false' })
})

it('what a file of the author prints does not stand in the answer', async () => {
  const text = `console.log('of a file'); process.stdout.write('of a package'); process.emitWarning('old', 'DeprecationWarning')
export default { options: (all) => all, async read() { console.log('read'); return { is: 'value', value: 1 } } }`
  writeFileSync(join(folder, 'loud.mjs'), text)
  const plan = `version: 1
name: loud
toggles: { FEATURE_X: { targets: [store] } }
targets: { store: { use: ./store.mjs, path: words.json } }
metrics: { loud: { use: ./loud.mjs, critical: "> 5" } }
phases: [{ phase: core, toggles: [FEATURE_X], steps: [10%, 100%], hold: 0s, metrics: [loud] }]`
  writeFileSync(join(folder, 'loud.yaml'), plan)
  const argv = [join(folder, 'node_modules', name, 'bin/rollout.cjs'), 'check', '--json', '--file', 'loud.yaml']
  const { stdout, stderr } = spawnSync(process.execPath, argv, { cwd: folder, encoding: 'utf8' })
  expect(JSON.parse(stdout)).toMatchObject({ kind: 'check' })
  expect(stderr.split('\n')).toEqual(expect.arrayContaining(['of a file', 'of a packageread']))
  expect(stderr).not.toContain('Deprecation')
})

it('in TypeScript it is read, or what reads it is said', async () => {
  const typed = 'typed.yaml'
  writeFileSync(join(folder, 'lot.mts'), 'export default 1 as unknown')
  writeFileSync(
    join(folder, typed),
    'version: 1\nname: typed\ntoggles: { F: { targets: [a] } }\ntargets: { a: { use: ./lot.mts } }\nphases: [{ phase: core, toggles: [F], steps: [100%] }]\n',
  )
  const { status, said } = await rollout('check', 'config', '-f', typed)
  const isRead = 'typescript' in process.features && process.features.typescript !== false
  expect(status).toBe(78)
  expect(said).toContain(isRead ? './lot.mts is not a target' : 'Node.js reads TypeScript from 22.18 on')
})

it('conform lists everything that is wrong', async () => {
  writeFileSync(
    join(folder, 'bad.mjs'),
    `import { conform } from '${name}/adapter'
const target = { options: (all) => all, read: async () => ({ F: true }), write: async () => {}, byHand: () => 'x', effect: () => 'soon' }
const metric = { options: (all) => all, read: async () => ({ is: 'value', value: NaN }), measures: () => 'failures' }
for (const adapter of [target, metric, { options: 1 }]) await conform(adapter, { options: {}, words: [{ F: 'true' }] }).catch(({ message }) => console.log(message))`,
  )
  expect(await run('bad.mjs')).toEqual({
    status: 0,
    said: `the target does not keep its contract:
- options takes a key that it does not know: a slip in a plan would go unnoticed
- read() must return an object: variable → word, which is a text, and undefined where it is not set, not {"F":true}
the metric does not keep its contract:
- options takes a key that it does not know: a slip in a plan would go unnoticed
- measures must return { what: "failures", groups }, { what: "latency", groups, quantile } or { what: "gauge" }
the metric does not keep its contract:
- options must be a function, or a Standard Schema such as one of zod
- read is missing
`,
  })
})
