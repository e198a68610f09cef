import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { fakeShell } from '../helpers/shell.ts'

const PLAN = `version: 1
name: shop
toggles:
  FEATURE_X: { targets: [web] }
targets:
  web: { use: env-file, path: web.env }
phases:
  - { phase: core, toggles: [FEATURE_X], steps: [10%, 50%, 100%], hold: 0s }
`

it('a file that has lost what was confirmed there is left alone by a rollback, which goes on when it is whole', async () => {
  const shell = fakeShell({ files: { 'rollout.yaml': PLAN, 'web.env': 'SECRET=1\nFEATURE_X=false\n' } })
  const file = join(shell.cwd, 'web.env')
  expect([await shell.run('start'), await shell.run('advance')]).toEqual(['done', 'done'])
  const whole = readFileSync(file, 'utf8')
  writeFileSync(file, 'SECRET=1\n')
  expect(await shell.run('rollback')).toBe('partial')
  expect(`${shell.printed.out}${shell.printed.err}`).toContain('has lost FEATURE_X and the mark of this rollout')
  expect(readFileSync(file, 'utf8')).toBe('SECRET=1\n')
  writeFileSync(file, whole)
  expect(await shell.run('rollback')).toBe('done')
  expect(readFileSync(file, 'utf8')).toMatch(/^SECRET=1\nFEATURE_X=false\n# rollout:\d+ of:shop\/\w+\n$/)
})

it('before anything was confirmed there, a file without the toggle is an ordinary one', async () => {
  const shell = fakeShell({ files: { 'rollout.yaml': PLAN, 'web.env': 'SECRET=1\n' } })
  expect([await shell.run('start'), await shell.run('advance')]).toEqual(['done', 'done'])
  expect(readFileSync(join(shell.cwd, 'web.env'), 'utf8')).toContain('SECRET=1\nFEATURE_X=10%\n')
})
