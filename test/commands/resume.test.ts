import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { plainPlan } from '../helpers/plans.ts'
import { fakeShell, shop } from '../helpers/shell.ts'

it('says partial while a move is unfinished, as pause does, and done once nothing is', async () => {
  const plan = plainPlan(await shop({ requests: 100, errors: 0 })).replace('path: web.env', 'path: web.env, reload: [./reload]')
  const shell = fakeShell({ env: { PATH: process.env['PATH'] }, files: { 'rollout.yaml': plan, 'web.env': 'FEATURE_X=false\n' } })
  expect(await shell.run('start')).toBe('done')
  const go = ['advance', '--override', 'samples,metrics,hold', '--reason', 'test'] as const
  expect(await shell.run(...go)).toBe('partial')
  expect(await shell.run('pause')).toBe('partial')
  expect(shell.printed.out).toContain('rollout run finishes the step')
  expect(await shell.run('resume')).toBe('partial')
  writeFileSync(join(shell.cwd, 'reload'), '#!/bin/sh\n', { mode: 0o755 })
  await shell.run('rollback')
  expect(await shell.run('resume')).toBe('done')
  expect(await shell.run('pause')).toBe('done')
})
