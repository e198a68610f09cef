import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fakeClock } from '../helpers/memory.ts'
import { plainPlan } from '../helpers/plans.ts'
import { fakeShell } from '../helpers/shell.ts'

async function started() {
  const files = { 'rollout.yaml': plainPlan('http://127.0.0.1:1'), 'web.env': 'FEATURE_X=false\n' }
  const shell = fakeShell({ clock: fakeClock(), files })
  expect(await shell.run('start')).toBe('done')
  return shell
}

describe('state', () => {
  it.each([
    [['move'], 'usage', '"move" needs TO'],
    [['mvoe', 'x'], 'usage', '"mvoe" is not a verb'],
    [['move', '.rollout'], 'usage', 'already'],
    [['move', 'ftp://user:s3cret@x'], 'config', 'is of no kind of store'],
    [['move', '${NOPE}'], 'config', 'refers to NOPE, which is not set'],
    [['move', 'web.env'], 'config', 'a file is in the way of the folder'],
  ] as const)('%j changes nothing: %s', async (argv, outcome, message) => {
    const shell = await started()
    const before = readdirSync(shell.cwd)
    expect(await shell.run('state', ...argv)).toBe(outcome)
    expect(shell.printed.err).toContain(message)
    expect(shell.printed.err).not.toContain('s3cret')
    expect(readdirSync(shell.cwd)).toEqual(before)
    // The journal is not sealed.
    expect(await shell.run('status')).toBe('done')
  })

  it('moves to another folder, and the plan goes on there', async () => {
    const shell = await started()
    expect(await shell.run('state', 'move', 'elsewhere')).toBe('done')
    expect(shell.printed.out).toContain('state: elsewhere')
    expect(await shell.run('status')).toBe('config')
    shell.write('rollout.yaml', plainPlan('http://127.0.0.1:1').replace('name: shop', 'name: shop\nstate: elsewhere'))
    expect(await shell.run('status')).toBe('done')
    expect(existsSync(join(shell.cwd, 'elsewhere/shop/000000000001.json'))).toBe(true)
  })
})
