import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { spawnSync } from 'node:child_process'
import { afterAll, beforeAll, expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'rollout-startup-'))
const recorder = join(folder, 'recorder.cjs')

function rollout(...argv: readonly string[]) {
  return spawnSync(process.execPath, ['--require', recorder, join(root, 'bin/rollout.cjs'), ...argv], { cwd: folder, encoding: 'utf8' })
}

beforeAll(() => {
  writeFileSync(
    recorder,
    `process.on('exit', () => require('fs').writeFileSync(${JSON.stringify(join(folder, 'loaded'))}, JSON.stringify(Object.keys(require.cache))))`,
  )
  writeFileSync(
    join(folder, 'rollout.yaml'),
    `version: 1
name: startup
toggles: { FEATURE_X: { targets: [web] } }
targets:
  web: { use: env-file, path: web.env }
phases: [{ phase: core, toggles: [FEATURE_X], steps: [10%, 100%], hold: 1m }]
`,
  )
  writeFileSync(join(folder, 'web.env'), 'FEATURE_X=false\n')
  expect(rollout('start')).toMatchObject({ status: 0 })
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What one command line loads of dist. */
function load(...argv: readonly string[]) {
  const { status } = rollout(...argv)
  const loaded: readonly string[] = JSON.parse(readFileSync(join(folder, 'loaded'), 'utf8'))
  const files = loaded.filter((path) => path !== recorder)
  const meta: Readonly<Record<string, readonly string[]>> = JSON.parse(readFileSync(join(root, 'dist/meta.json'), 'utf8'))
  const packages = [...new Set(files.flatMap((path) => meta[basename(path)] ?? []))].toSorted((a, b) => (a < b ? -1 : 1))
  return { status, packages, files: files.length, kilobytes: files.reduce((sum, path) => sum + statSync(path).size, 0) / 1024 }
}

// Files and bytes are gated, not milliseconds: they are the same on every machine. bench/startup.ts has the milliseconds.
test.each([
  { argv: ['--version'], packages: [], files: 2, kilobytes: 8 },
  { argv: ['-V'], packages: [], files: 2, kilobytes: 8 },
  { argv: ['--help'], packages: ['commander'], files: 7, kilobytes: 69 },
  { argv: ['status'], packages: ['chalk', 'commander'], files: 8, kilobytes: 172 },
  { argv: ['check', 'config'], packages: ['chalk', 'commander', 'yaml', 'zod'], files: 40, kilobytes: 606 },
])('$argv loads little', ({ argv, packages, files, kilobytes }) => {
  const loaded = load(...argv)
  expect(loaded).toMatchObject({ status: 0, packages })
  expect(loaded.files).toBeLessThanOrEqual(files)
  expect(loaded.kilobytes).toBeLessThanOrEqual(kilobytes)
})

test('the version is that of the package, however it is asked for', () => {
  const { version }: { readonly version: string } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  for (const argv of [['--version'], ['-V']]) expect(rollout(...argv).stdout).toBe(`${version}\n`)
  expect(JSON.parse(rollout('--version', '--json').stdout)).toEqual({ kind: 'about', version: 1, text: version })
})

test('no code is kept in a folder that everybody may write', () => {
  const common = join(folder, 'tmp')
  mkdirSync(common)
  const env = { ...process.env, TMPDIR: common }
  expect(spawnSync(process.execPath, [join(root, 'bin/rollout.cjs'), 'status'], { cwd: folder, env })).toMatchObject({ status: 0 })
  expect(readdirSync(common)).toEqual([])
})

test('the recorder sees what a command does load', () => {
  expect(load('plan').packages).toEqual(expect.arrayContaining(['yaml', 'zod']))
})

test('a step and a rollback load nothing for commands that the plan does not run, nor a parser for targets that are plainly written', () => {
  for (const argv of [['advance'], ['rollback', '--dry-run'], ['status']]) {
    const { files, ...loaded } = load(...argv)
    expect(loaded).toMatchObject({ status: 0, packages: ['chalk', 'commander', 'zod'] })
    expect(files).toBeLessThanOrEqual(20)
  }
})
