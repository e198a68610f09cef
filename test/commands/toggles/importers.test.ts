import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { Removal } from '../../../src/views/removal.ts'
import { TWO_TOGGLES } from '../../helpers/plans.ts'
import { fakeShell, type FakeShell } from '../../helpers/shell.ts'

const FLAGS = `export const isNew = process.env.FEATURE_X === 'true'
export const flags = { search: process.env.FEATURE_X === 'true', size: 3 }
export const LIMIT = 10
`

/** Apart, since whoever sorts the tests takes it for an import of this file. */
const FOLDER = '..'

/** A repository without the toggle: how each file is then, and what is left to people. */
async function without(files: Readonly<Record<string, string>>) {
  const shell = fakeShell({
    files: { 'rollout.yaml': TWO_TOGGLES, 'web.env': 'FEATURE_X=false\n', ...files },
    env: { PATH: process.env['PATH'] },
  })
  git(shell, 'init', '-q')
  git(shell, 'add', '.')
  git(shell, 'commit', '-qm', 'x')
  expect(await shell.run('toggles', 'remove', 'FEATURE_X', '--keep', 'off', '--json')).toBe('partial')
  const { left } = shell.json<Removal>()
  return {
    read: (path: string) => readFileSync(join(shell.cwd, path), 'utf8'),
    left: left.filter(({ file }) => file !== 'web.env').map(({ file, line, column, why }) => `${file}:${line}:${column} ${why}`),
  }
}

function git(shell: FakeShell, ...argv: readonly string[]): string {
  return execFileSync('git', ['-c', 'user.name=ana', '-c', 'user.email=a@b', ...argv], { cwd: shell.cwd, encoding: 'utf8' })
}

it('follows an exported constant to those who import it, through other modules too', async () => {
  const { read, left } = await without({
    'src/flags.ts': FLAGS.replace(/^export const flags.*\n/m, ''),
    'src/index.ts': `export * from './flags.js'\nexport { isNew as isOn } from './flags'\n`,
    'src/app/page.tsx': `\uFEFFimport { isNew, LIMIT } from '../flags'\r\n\r\nexport const page = (a: number) => (isNew ? a : LIMIT)\r\n`,
    'src/app/nav.ts': `import { isOn } from '${FOLDER}'\n\nexport const isOld = !isOn\n`,
    'src/app/menu.ts': `import { isOld } from './nav.js'\nimport * as all from '../index'\n\nexport const menu = () => [isOld ? 'old' : 'new', all.isNew ? 1 : 2]\n`,
    'src/app/other.ts': `import { isNew } from './flags'\nexport const other = isNew\n`,
  })
  expect(read('src/app/page.tsx')).toBe(`\uFEFFimport { LIMIT } from '../flags'\r\n\r\nexport const page = (a: number) => LIMIT\r\n`)
  expect(read('src/app/nav.ts')).toBe('export const isOld = true\n')
  expect(read('src/app/menu.ts')).toBe(`export const menu = () => ['old', 2]\n`)
  expect(read('src/flags.ts')).toBe('export const isNew = false\nexport const LIMIT = 10\n')
  expect(read('src/index.ts')).toContain('isNew as isOn')
  expect(read('src/app/other.ts')).toContain('other = isNew')
  expect(left).toEqual([
    'src/flags.ts:1:22 a constant is left here',
    'src/app/nav.ts:1:22 a constant is left here',
    'src/index.ts:2:10 it reads isNew of src/flags.ts, where a constant is now',
  ])
})

it('lists who reads what holds a constant, or may, and changes none of them', async () => {
  const reads = `import { flags } from './flags'\nexport const find = () => (flags.search ? 1 : 2)\n`
  const { read, left } = await without({
    'src/flags.ts': FLAGS.replace(/^export const isNew.*\n/m, ''),
    'src/find.ts': reads,
    'src/find.test.ts': reads,
    'src/far.ts': reads.replace('./flags', '@/flags'),
    'src/page.vue': `<script setup>\nimport { flags } from './flags'\n</script>\n<template><b v-if="flags.search" /></template>\n`,
    'src/old.cjs': `const all = require('./flags')\nmodule.exports = () => all.flags.search\n`,
    'src/none.ts': `import { LIMIT } from './flags'\nexport const limit = LIMIT\n`,
    'src/stranger.ts': `import { flags } from './other/flags'\nexport const strange = flags.search\n`,
  })
  expect(read('src/find.ts')).toBe(reads)
  expect(left).toEqual([
    'src/flags.ts:1:32 a constant is left here',
    'src/far.ts:2:28 it may read flags of src/flags.ts, where a constant is now',
    'src/find.test.ts:2:28 it reads flags of src/flags.ts, where a constant is now',
    'src/find.ts:2:28 it reads flags of src/flags.ts, where a constant is now',
    'src/old.cjs:2:28 it reads flags of src/flags.ts, where a constant is now',
    'src/page.vue:4:20 it reads flags of src/flags.ts, where a constant is now',
  ])
})

it('leaves two modules that import each other', async () => {
  const { read } = await without({
    'a.ts': `import { b } from './b'\nexport const a = process.env.FEATURE_X === 'true'\nexport const c = b ? 1 : 2\n`,
    'b.ts': `import { a } from './a'\nexport const b = !a\n`,
  })
  expect(read('a.ts')).toBe('export const a = false\nexport const c = 1\n')
  expect(read('b.ts')).toBe('export const b = true\n')
})

it('keeps the import of a module that does something when it is loaded', async () => {
  const { read } = await without({
    'env.ts': `import 'dotenv/config'\nexport const isNew = process.env.FEATURE_X === 'true'\n`,
    'start.ts': `import { isNew } from './env'\nimport { other } from './other'\nexport const start = isNew ? other : 2\n`,
    'other.ts': `'use strict'\nexport const other = process.env.FEATURE_X === 'true'\n`,
  })
  expect(read('start.ts')).toBe(`import './env'\nexport const start = 2\n`)
})
