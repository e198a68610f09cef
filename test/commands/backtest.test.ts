import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { fakeShell } from '../helpers/shell.ts'
import { plainPlan, shopShell } from '../helpers/plans.ts'

it('judges and decides again what the journal holds, and by another plan until the ways part', async () => {
  const shell = await shopShell({ requests: 1000, errors: 1 })
  expect(await shell.run('start')).toBe('done')
  expect(await shell.run('run')).toBe('done')
  expect(await shell.run('backtest', '--journal')).toBe('done')
  expect(shell.printed.out).toMatch(
    /#1–#\d+, started .*: \d+ polls, 3 decisions\n ✓ 3 of what was measured, each the same again to the last bit\n$/,
  )
  const other = plainPlan('http://127.0.0.1:1').replace('hold: 1m', 'hold: 2m')
  writeFileSync(join(shell.cwd, 'other.yaml'), other)
  expect(await shell.run('backtest', '--journal', '--with', 'other.yaml')).toBe('notYet')
  expect(shell.printed.out).toMatch(
    / ! other\.yaml: the same way until #\d+, .*\n +then it was +advance to FEATURE_X 100% .*\n +with other\.yaml +hold .*hold 1m of 2m/,
  )
  expect(shell.printed.out).toMatch(
    /From there on the exposures differ: what its users would have met is in no record\. The record goes on for /,
  )
  expect(await shell.run('backtest', '--journal', '--with', 'rollout.yaml')).toBe('done')
  expect(shell.printed.out).toContain('✓ rollout.yaml: the same way to the end')
  writeFileSync(join(shell.cwd, 'other.yaml'), plainPlan('http://127.0.0.1:1').replaceAll('error_rate', 'failures'))
  await shell.run('backtest', '--journal', '--with', 'other.yaml', '--json')
  expect(shell.json()).toMatchObject({ kind: 'replay', leftOut: ['failures'], rollouts: [{ from: 1, unkept: 0, different: [] }] })
})

it.each([[['--journal', '--from', '7d']], [['--with', 'other.yaml']], [['--journal']]])(
  'refuses %s where there is nothing of the kind',
  async (words) => {
    const shell = fakeShell({ files: { 'rollout.yaml': plainPlan('http://127.0.0.1:1') } })
    expect(await shell.run('backtest', ...words)).toBe('usage')
    expect(shell.printed.out).toBe('')
  },
)
