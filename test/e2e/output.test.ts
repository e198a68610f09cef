import { execFileSync, spawnSync } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { launch } from '../helpers/launch.ts'
import { plainPlan } from '../helpers/plans.ts'
import { shop } from '../helpers/shell.ts'
import { place } from './binary.ts'

const url = await shop({ requests: 100, errors: 0 })
const at = place({ 'rollout.yaml': plainPlan(url), 'web.env': 'FEATURE_X=false\n' })
const bare = place({ '.env': 'FEATURE_A=false\n' })
const escape = '\u001b['

beforeAll(async () => {
  await at.rollout('start')
  expect(await at.rollout('advance', '--override', 'samples,metrics', '--reason', 'soaked overnight')).toMatchObject({ code: 0 })
})

describe('every command', () => {
  // In order: some change the state for the next.
  test.each<[argv: readonly string[], code: number, human: string]>([
    [['plan'], 0, 'FEATURE_X'],
    [['status'], 0, 'RUNNING'],
    [['toggles'], 0, 'FEATURE_X'],
    [['check', 'config'], 0, ''],
    [['explain'], 0, ''],
    [['explain', 'error_rate'], 0, 'error_rate'],
    [['explain', 'FEATURE_X'], 0, 'FEATURE_X'],
    [['history'], 0, 'soaked overnight'],
    [['history', '--verify'], 0, 'every hash holds'],
    [['advance', '--dry-run'], 8, 'hold'],
    [['run', '--once'], 8, ''],
    [['pause'], 0, 'PAUSED'],
    [['status'], 8, 'PAUSED'],
    [['resume'], 0, 'RUNNING'],
    [['rollback', '--dry-run'], 0, 'FEATURE_X'],
    [['rollback'], 0, 'FEATURE_X'],
    [['advance'], 9, 'resume'],
  ])('%j ends with %i', async (argv, code, human) => {
    const json = await at.rollout(...argv, '--json')
    expect({ argv, ...json }).toMatchObject({ code })
    expect(() => void JSON.parse(json.out)).not.toThrow()
    const plain = await at.rollout(...argv)
    expect(plain.out + plain.err).not.toContain(escape)
    expect(plain.out).not.toMatch(/undefined|NaN|\[object/)
    if (!['rollback', 'resume', 'pause'].includes(argv[0] ?? '')) expect(plain.out).toContain(human)
    expect(plain.code).toBe(code)
  })

  test.each([['--version'], ['--help'], ['schema'], ['schema', '--phase-file'], ['completion', 'bash'], []])(
    '%s needs no plan',
    async (...argv) => {
      const ended = await place().rollout(...argv)
      expect(ended).toMatchObject({ code: 0, err: '' })
      expect(ended.out.length).toBeGreaterThan(4)
    },
  )

  test('init writes a plan that passes check config, and never asks', async () => {
    expect(await bare.rollout('init', '--no-input')).toMatchObject({ code: 0 })
    expect(bare.read('rollout.yaml').trimEnd().split('\n').length).toBeLessThanOrEqual(25)
    expect(await bare.rollout('check', 'config')).toMatchObject({ code: 0 })
    expect(await bare.rollout('init', '--no-input')).toMatchObject({ code: 75, err: expect.stringContaining('--force') })
  })

  test('doctor names what will hurt', async () => {
    const { code, out } = await bare.rollout('doctor', '--json')
    expect(JSON.parse(out)).toMatchObject({ kind: 'doctor', version: 1, findings: expect.any(Array) })
    expect([0, 9, 69]).toContain(code)
  })

  test.each([
    ['a wrong command', ['nonsense'], 64],
    ['a wrong option', ['status', '--nonsense'], 64],
    ['no plan', ['explain'], 78],
  ] as const)('%s is one value with --json too, and a text on stderr', async (_, argv, code) => {
    const ended = await place().rollout(...argv, '--json')
    expect(ended.code).toBe(code)
    expect(JSON.parse(ended.out)).toMatchObject({ kind: 'error', version: 1, exit: code, problems: [{ message: expect.any(String) }] })
    expect(ended.err).not.toBe('')
  })
})

test.each<[env: Readonly<Record<string, string>>, argv: readonly string[], colored: boolean]>([
  [{}, [], false],
  [{ FORCE_COLOR: '1' }, [], true],
  [{ FORCE_COLOR: '0' }, [], false],
  [{ FORCE_COLOR: '1', NO_COLOR: '1' }, [], false],
  [{ FORCE_COLOR: '1' }, ['--no-color'], false],
  [{ TERM: 'dumb', CI: 'true' }, [], false],
])('%j with %j: colours %s', async (env, argv, colored) => {
  const { out } = await at.launch(['status', ...argv], env).ended
  expect(out.includes(escape)).toBe(colored)
})

test('a reader that goes early is no error', () => {
  const line = `"${process.execPath}" "${join(import.meta.dirname, '../../bin/rollout.cjs')}" history --all | head -1; echo "\${PIPESTATUS[0]}"`
  const { stdout, stderr } = spawnSync('bash', ['-c', line], { cwd: at.folder, encoding: 'utf8' })
  expect({ stderr, lines: stdout.trim().split('\n') }).toEqual({ stderr: '', lines: [expect.stringContaining('#'), '0'] })
})

// A log on a full disk: every line fails to be written, on both streams.
test('what cannot be printed is done all the same, and does not end with 0', async () => {
  const full = place({ 'rollout.yaml': plainPlan(url), 'web.env': 'FEATURE_X=false\n' })
  await full.rollout('start')
  await full.rollout('advance', '--override', 'samples,metrics', '--reason', 'a test')
  const output = openSync('/dev/full', 'w')
  expect(await launch(full.folder, ['rollback'], { output }).ended).toMatchObject({ code: 69 })
  expect(full.read('web.env')).toContain('FEATURE_X=false')
  expect(await launch(full.folder, ['status'], { output }).ended).toMatchObject({ code: 9 })
  closeSync(output)
})

describe('completion', () => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    const isThere = spawnSync(shell, ['--version']).error === undefined
    if (!isThere) console.warn(`SKIPPED: ${shell} is not installed, so its completion script was not parsed`)
    test.skipIf(!isThere)(`${shell} accepts its script`, async () => {
      const { out } = await at.rollout('completion', shell)
      at.write('script', out)
      execFileSync(shell, ['-n', 'script'], { cwd: at.folder })
      expect(out).toContain('rollback')
    })
  }
})

test('many targets that fail at once say so, and nothing else does', async () => {
  const names = Array.from({ length: 12 }, (_, nth) => `t${nth}`)
  const refusing = names.map((name) => `  ${name}: { use: command, set: ['false', '{{value}}', '{{epoch}}'], get: [echo, 'false'] }`)
  const many = place({
    'rollout.yaml': plainPlan(url)
      .replace('targets: [web]', `targets: [${names.join()}]`)
      .replace('  web: { use: env-file, path: web.env }', refusing.join('\n')),
  })
  await many.rollout('start')
  const ended = await many.rollout('advance', '--override', 'samples,metrics', '--reason', 'a test')
  expect(ended.code).toBe(10)
  // Progress, where it takes longer than a second: a line for a target, or a count. No warning of the runtime.
  for (const line of ended.err.split('\n').slice(0, -1)) expect(line).toMatch(/^ {2}(t\d+ [✗…]|\d+ of 12 targets)/)
  expect(ended.out.match(/false exited with 1\. By hand:/g)).toHaveLength(12)
})

test("a user's own adapter", async () => {
  const own = place({
    'rollout.yaml': plainPlan(url).replace('{ use: env-file, path: web.env }', '{ use: ./mine.mjs, file: mine.json }'),
    'mine.json': '{"FEATURE_X":"false"}',
    'mine.mjs': `import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
const where = ({ file }, { folder }) => join(folder, file)
export default {
  options: { '~standard': { version: 1, vendor: 'mine', validate: (value) => ({ value }) } },
  read: async (options, names, loan) => JSON.parse(readFileSync(where(options, loan), 'utf8')),
  write: async (options, words, loan) => writeFileSync(where(options, loan), JSON.stringify(words)),
  byHand: (options, words) => [JSON.stringify(words)],
}
`,
  })
  expect(await own.rollout('start')).toMatchObject({ code: 0 })
  expect(await own.rollout('advance', '--override', 'samples,metrics', '--reason', 'a test')).toMatchObject({ code: 0 })
  expect(JSON.parse(own.read('mine.json'))).toEqual({ FEATURE_X: '10%' })
})
