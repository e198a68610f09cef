import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { EXIT } from '../src/core/values/errors.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

it('README.md, docs/reference.md and docs/decisions.md repeat what the program says', () => {
  const { status, stderr } = spawnSync(process.execPath, ['bin/readme.mjs', '--check'], { cwd: root, encoding: 'utf8' })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
})

it('README.md lists every exit code, and no other', () => {
  const [, rows = ''] = /\| exit \| meaning \|\n\|---\|---\|\n((?:\|.*\n)+)/.exec(readFileSync(`${root}/README.md`, 'utf8')) ?? []
  const codes = rows.split('\n').flatMap((row) => (row.split('|')[1] ?? '').match(/\d+/g)?.map(Number) ?? [])
  expect(codes.toSorted((a, b) => a - b)).toEqual(Object.values(EXIT).toSorted((a, b) => a - b))
})
