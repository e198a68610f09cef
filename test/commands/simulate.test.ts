import { readdirSync } from 'node:fs'
import { expect, it } from 'vitest'
import { plainPlan } from '../helpers/plans.ts'
import { fakeShell } from '../helpers/shell.ts'

const shop = () => fakeShell({ files: { 'rollout.yaml': plainPlan('http://127.0.0.1:1') } })

it('plays the plan, says what it takes as given, and writes nothing', async () => {
  const shell = shop()
  expect(await shell.run('run', '--simulate', '--fault', 'errors=80%', '--runs', '5')).toBe('done')
  expect(shell.printed.out).toContain('5 runs, seed 1. Approvals, checklists, drills, windows and freezes are taken as given.')
  expect(shell.printed.out).toMatch(/A good release\n {2}complete 100%/)
  expect(shell.printed.out).toMatch(/With the fault\n {2}rolled back 100%/)
  expect(readdirSync(shell.cwd)).toEqual(['rollout.yaml'])
})

it.each([
  ['--traffic', '100'],
  ['--baseline', '0.5'],
  ['--fault', 'errors=200%'],
  ['--latency', '50%'],
  ['--seed', 'x'],
  ['--runs', '0'],
])('refuses %s %s', async (name, written) => {
  const shell = shop()
  expect(await shell.run('run', '--simulate', name, written)).toBe('usage')
  expect(shell.printed.out).toBe('')
})
