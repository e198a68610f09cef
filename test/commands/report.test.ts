import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { shopShell } from '../helpers/plans.ts'

describe('report', () => {
  it('is written from the journal alone, whatever became of the plan, twice the same', async () => {
    const shell = await shopShell({ requests: 1000, errors: 0 })
    await shell.run('start', '--reason', 'spring')
    await shell.clock.sleep(30_000)
    await shell.run('advance', '--override', 'samples,metrics', '--reason', 'in a | hurry <b>')
    await shell.clock.sleep(30_000)
    await shell.run('rollback', '--reason', 'too fast')
    writeFileSync(join(shell.cwd, 'rollout.yaml'), 'name: shop\nbroken: [')
    expect(await shell.run('report')).toBe('done')
    const first = shell.printed.out
    expect(first).toMatch(/^# What happened: shop\n\nRolled back after 1m: too fast; something was taken back once\.\n/)
    expect(first).toContain('| `FEATURE_X` | 0% for ')
    expect(first).toMatch(/\| #\d+ \| [^|]+ \| samples, metrics \| ana \| in a \\\| hurry \\<b> \|/)
    expect(first).toMatch(/FEATURE_X ▁+▂+▁* 0%/)
    rmSync(join(shell.cwd, 'rollout.yaml'))
    expect(await shell.run('report')).toBe('done')
    expect(shell.printed.out).toBe(first)
  })

  it('as a page, and as a value', async () => {
    const shell = await shopShell({ requests: 1000, errors: 0 })
    await shell.run('start', '--reason', '<script>alert(1)</script>')
    expect(await shell.run('report', '--format', 'html')).toBe('done')
    expect(shell.printed.out).toMatch(/^<!doctype html>\n/)
    expect(shell.printed.out).not.toContain('<script')
    expect(shell.printed.out).toContain('&lt;script&gt;')
    expect(await shell.run('report', '--json')).toBe('done')
    expect(shell.json()).toMatchObject({ name: 'shop', status: 'running', events: 1, exposures: { FEATURE_X: [{ value: 0 }] } })
  })

  it('refuses forms that it does not have', async () => {
    const shell = await shopShell({ requests: 1000, errors: 0 })
    expect(await shell.run('report')).toBe('usage')
    await shell.run('start')
    expect(await shell.run('report', '--format', 'cdevents')).toBe('usage')
    expect(await shell.run('history', '--format', 'html')).toBe('usage')
  })
})
