import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { complaints, FLOORS, type Sources } from './helpers/house.ts'

const root = join(import.meta.dirname, '..')

function filesOf(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'))
}

const sources: Sources = Object.fromEntries(filesOf('src').map((path) => [path, readFileSync(join(root, 'src', path), 'utf8')]))

test('the house is as the plan of the house says', () => {
  expect(Object.keys(sources).length).toBeGreaterThan(80)
  expect(complaints(sources)).toEqual([])
})

test('docs/architecture.md names every room', () => {
  const page = readFileSync(join(root, 'docs/architecture.md'), 'utf8')
  const folders = new Set(Object.keys(sources).map((path) => path.split('/').slice(0, -1).join('/')))
  const rooms = [...Object.keys(FLOORS), ...[...folders].filter((folder) => /^(core|adapters)\//.test(folder))]
  const missing = rooms.filter((room) => !page.includes(`\`${room}\``) && !page.includes(`| \`${room}/`))
  expect(missing.filter((room) => room !== 'adapters' && !room.startsWith('core/forecast/'))).toEqual([])
})

test('a name is exported from one file only', () => {
  const exporters = new Map<string, Set<string>>()
  for (const [path, text] of Object.entries(sources)) {
    for (const [, name = ''] of text.matchAll(/^export (?:async )?(?:function\*?|const|interface|type|class) (\w+)/gm))
      exporters.set(name, (exporters.get(name) ?? new Set()).add(path))
  }
  expect(exporters.size).toBeGreaterThan(500)
  expect([...exporters].filter(([, paths]) => paths.size > 1).map(([name, paths]) => `${name}: ${[...paths].join(', ')}`)).toEqual([])
})

/** Tests of more than one file: of everything (`e2e`, `integration`), of a folder (`contract`), of what a user sees (`broken`). */
const BROADER =
  /^(e2e|integration|helpers|demo|fuzz|conformance)\/|^(architecture|startup|readme)\.test|^adapters\/(contract|state\/contract|(metrics|targets)\/zoo)\.test|^config\/broken\.test|^core\/properties\.test|^(simulation|torture|mutation)\//

test('test/ mirrors src/', () => {
  const known = new Set(Object.keys(sources).flatMap((path) => [path.replace(/\.ts$/, ''), path.replace(/\/[^/]+$/, '')]))
  const tests = filesOf('test').filter((path) => path.endsWith('.test.ts') && !BROADER.test(path))
  expect(tests.length).toBeGreaterThan(10)
  // `apply.faults.test.ts` is one more test of apply.ts.
  expect(tests.filter((path) => !known.has(path.replace(/\.[^/]*$/, '')))).toEqual([])
})

describe('the check itself reports', () => {
  const file = 'export {}'
  test.each<[what: string, sources: Sources, complaint: string]>([
    [
      'an arrow upwards',
      { 'core/values/a.ts': `import '../../engine/b.ts'`, 'engine/b.ts': file },
      'core/values/a.ts may not import engine/b.ts',
    ],
    [
      'of a type',
      { 'core/values/a.ts': `import type { B } from '../../views/b.ts'`, 'views/b.ts': file },
      'core/values/a.ts may not import views/b.ts',
    ],
    ['of a re-export', { 'views/a.ts': `export * from '../config/b.ts'`, 'config/b.ts': file }, 'views/a.ts may not import config/b.ts'],
    [
      'of a named re-export',
      { 'sdk/a.ts': `export { x } from '../core/values/b.ts'`, 'core/values/b.ts': file },
      'sdk/a.ts may not import core/values/b.ts',
    ],
    [
      'of a lazy import',
      { 'engine/a.ts': `void import('../commands/b.ts')`, 'commands/b.ts': file },
      'engine/a.ts may not import commands/b.ts',
    ],
    [
      'of an inline type',
      { 'core/values/a.ts': `type B = import('../../engine/b.ts').B`, 'engine/b.ts': file },
      'core/values/a.ts may not import engine/b.ts',
    ],
    [
      'an arrow upwards in core',
      { 'core/judge/a.ts': `import '../policy/b.ts'`, 'core/policy/b.ts': file },
      'core/judge/a.ts may not import core/policy/b.ts',
    ],
    [
      'of the ports upwards',
      { 'core/ports.ts': `import './journal/b.ts'`, 'core/journal/b.ts': file },
      'core/ports.ts may not import core/journal/b.ts',
    ],
    [
      'of a verb to another verb',
      { 'commands/run.ts': `import './check/b.ts'`, 'commands/check/b.ts': file },
      'commands/run.ts may not import commands/check/b.ts',
    ],
    [
      'of the SDK past what applications share',
      { 'sdk/a.ts': `import '../core/values/b.ts'`, 'core/values/b.ts': file },
      'sdk/a.ts may not import core/values/b.ts',
    ],
    ['a room of core nobody planned', { 'core/utils/a.ts': file }, 'core/utils/a.ts is in no room of the house'],
    ['into main', { 'commands/a.ts': `import '../main.ts'`, 'main.ts': file }, 'commands/a.ts may not import main.ts'],
    ['of a command to the command table', { 'commands/a.ts': `import '../cli.ts'`, 'cli.ts': file }, 'commands/a.ts may not import cli.ts'],
    ['of a path it cannot read', { 'engine/a.ts': 'void import(`../${where}`)' }, 'engine/a.ts imports a computed path'],
    [
      'a circle',
      { 'core/values/a.ts': `import './b.ts'`, 'core/values/b.ts': `import './a.ts'` },
      'circle: core/values/a.ts → core/values/b.ts → core/values/a.ts',
    ],
    [
      'a circle of types',
      { 'core/values/a.ts': `import type { B } from './b.ts'`, 'core/values/b.ts': `export type { A } from './a.ts'` },
      'circle: core/values/a.ts → core/values/b.ts → core/values/a.ts',
    ],
    ['a file that imports itself', { 'core/values/a.ts': `import './a.ts'` }, 'circle: core/values/a.ts → core/values/a.ts'],
    ['a folder nobody planned', { 'utils/a.ts': file }, 'utils/a.ts is in no room of the house'],
    ['a package in the wrong room', { 'engine/a.ts': `import got from 'got'` }, 'engine/a.ts may not import got'],
    ['got elsewhere in adapters', { 'adapters/a.ts': `import got from 'got'` }, 'adapters/a.ts may not import got'],
    ['a part of a package', { 'commands/a.ts': `import { z } from 'zod/mini'` }, 'commands/a.ts may not import zod'],
    ['a package nobody planned', { 'views/a.ts': `import x from '@scope/x/y'` }, 'views/a.ts may not import @scope/x'],
    ['node in core', { 'core/values/a.ts': `import { join } from 'node:path'` }, 'core/values/a.ts may not import node:path'],
    ['require', { 'views/a.ts': `require('got')` }, 'views/a.ts uses require'],
    ['process', { 'engine/a.ts': 'const { env } = process' }, 'engine/a.ts uses process'],
    ['process as a module', { 'engine/a.ts': `import { env } from 'node:process'` }, 'engine/a.ts may not import node:process'],
    [
      'timers as a module',
      { 'engine/a.ts': `import { setTimeout as sleep } from 'node:timers/promises'` },
      'engine/a.ts may not import node:timers/promises',
    ],
    ['the time', { 'engine/a.ts': 'const now = Date.now()' }, 'engine/a.ts uses Date.now'],
    ['the time as a date', { 'core/values/a.ts': 'const now = new Date()' }, 'core/values/a.ts uses new Date()'],
    ['the time as a text', { 'core/values/a.ts': 'const now = Date()' }, 'core/values/a.ts uses Date()'],
    ['the monotonic time', { 'engine/a.ts': 'performance.now()' }, 'engine/a.ts uses performance'],
    ['chance', { 'core/values/a.ts': 'const x = Math.random()' }, 'core/values/a.ts uses Math.random'],
    ['chance in brackets', { 'core/values/a.ts': `const x = Math['random']()` }, 'core/values/a.ts uses Math.random'],
    ['the console', { 'commands/a.ts': `console.log('x')` }, 'commands/a.ts uses console'],
    ['a timer', { 'engine/a.ts': 'setTimeout(() => {}, 1)' }, 'engine/a.ts uses setTimeout'],
    [
      'a deadline that nobody holds',
      { 'main.ts': 'AbortSignal.timeout(1)' },
      'main.ts uses AbortSignal.timeout: withDeadline holds its timer',
    ],
    [
      'a deadline in a signal that nobody holds',
      { 'adapters/deadline.ts': 'AbortSignal.any([a, b])' },
      'adapters/deadline.ts uses AbortSignal.any: withDeadline holds its timer',
    ],
    ['a way round', { 'engine/a.ts': 'globalThis.setTimeout(() => {}, 1)' }, 'engine/a.ts uses globalThis'],
    [
      'a docstring that begins with a riddle',
      { 'core/values/a.ts': '/** Likewise, later. */\nconst a = 1' },
      'core/values/a.ts: the docstring of something begins with "Likewise later."',
    ],
    [
      'or with what is',
      { 'engine/a.ts': '/**\n * What is left.\n */\nexport interface A {}' },
      'engine/a.ts: the docstring of something begins with "What is"',
    ],
    [
      'also of a constant, in whatever room',
      { 'adapters/a.ts': '/** What is left. */\nexport const a = 1' },
      'adapters/a.ts: the docstring of something begins with "What is"',
    ],
    [
      'or of a function, not with what it does',
      { 'config/a.ts': '/** The word. */\nexport function word() {}' },
      'config/a.ts: the docstring of word begins with "The word."',
    ],
    [
      'there or elsewhere',
      { 'sdk/a.ts': '/** The word. */\nexport function word() {}' },
      'sdk/a.ts: the docstring of word begins with "The word."',
    ],
    ['what does not parse', { 'core/values/a.ts': 'const = ' }, 'core/values/a.ts does not parse'],
  ])('%s', (_, given, complaint) => {
    expect(complaints(given)).toEqual([complaint])
  })

  test.each<[what: string, sources: Sources]>([
    ['words in comments and texts', { 'core/values/a.ts': `/* process.env */ const text = "import '../engine/b.ts'; Date.now()"` }],
    ['properties of that name', { 'core/values/a.ts': 'const x = { process: 1 }; x.process; interface Y { console: number }' }],
    ['a plain docstring', { 'core/values/a.ts': '/** Returns 1. */\nexport function one() {}\n/** A word. */\nexport type Word = string' }],
    ['a date of a given time', { 'core/values/a.ts': 'const x = new Date(0)' }],
    ['main', { 'main.ts': `import { setTimeout } from 'node:timers/promises'; process.exit(Date.now())` }],
    [
      'the floors',
      { 'engine/a.ts': `import '../adapters/b.ts'`, 'adapters/b.ts': `import '../core/values/c.ts'`, 'core/values/c.ts': file },
    ],
  ])('but not %s', (_, given) => {
    expect(complaints(given)).toEqual([])
  })
})
