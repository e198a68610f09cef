import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { shopShell } from '../helpers/plans.ts'
import type { FakeShell } from '../helpers/shell.ts'

const GO = ['advance', '--override', 'samples,metrics,hold', '--reason', 'sure'] as const

async function atTen(): Promise<FakeShell> {
  const shell = await shopShell({ requests: 100, errors: 0 })
  await shell.run('start')
  expect(await shell.run(...GO)).toBe('done')
  return shell
}

describe('close', () => {
  it('ends a rollout that was taken back: nothing of it moves again, and the next start begins anew', async () => {
    const shell = await atTen()
    await shell.run('rollback')
    expect(await shell.run('close')).toBe('done')
    expect(shell.printed.out).toMatch(/^CLOSED .*\n {2}rollout history shows how; rollout start begins anew/)
    for (const verb of ['advance', 'resume', 'pause', 'run'] as const) expect([verb, await shell.run(verb)]).toEqual([verb, 'conflict'])
    expect(await shell.run('status')).toBe('done')
    expect(await shell.run('check', 'gates')).toBe('done')
    expect(await shell.run('plan')).toBe('done')
    expect(shell.printed.out).toContain('rollout start freezes this plan')
    expect(await shell.run('close')).toBe('done')
    expect(await shell.run('start')).toBe('done')
    expect(await shell.run(...GO)).toBe('done')
  })

  it('is what is proposed behind the last step, which no override ends', async () => {
    const shell = await atTen()
    while ((await shell.run(...GO)) === 'done');
    expect(shell.printed.out).toContain('stays at 100%')
    const [, line = ''] = /no override proves it\. To end it as it is: rollout (.*) --reason "…"\n/.exec(shell.printed.out) ?? []
    expect(line).toBe('close --keep')
    expect(await shell.run(...line.split(' '), '--reason', 'good enough')).toBe('done')
    expect(readFileSync(join(shell.cwd, 'web.env'), 'utf8')).toContain('FEATURE_X=true')
  })

  it('needs --keep and a reason where something would be left on, and then takes what is left as it is', async () => {
    const shell = await atTen()
    expect(await shell.run('close')).toBe('conflict')
    expect(shell.printed.err).toContain('FEATURE_X 0% → 10%')
    expect(shell.printed.err).toContain('rollout close --keep --reason')
    expect(await shell.run('close', '--keep')).toBe('usage')
    expect(await shell.run('close', '--keep', '--reason', 'ten is enough')).toBe('done')
    expect(shell.printed.out).toContain('ten is enough; left as it is: FEATURE_X 0% → 10%')
    expect(readFileSync(join(shell.cwd, 'web.env'), 'utf8')).toContain('FEATURE_X=10%')
    expect(await shell.run('start', '--json')).toBe('done')
    await shell.run(...GO)
    await shell.run('rollback')
    expect(readFileSync(join(shell.cwd, 'web.env'), 'utf8')).toContain('FEATURE_X=10%')
  })

  it('does not keep a rollback from taking back what was left on', async () => {
    const shell = await atTen()
    await shell.run('close', '--keep', '--reason', 'ten is enough')
    expect(await shell.run('rollback')).toBe('done')
    expect(readFileSync(join(shell.cwd, 'web.env'), 'utf8')).toContain('FEATURE_X=false')
    expect(await shell.run('status')).toBe('unhealthy')
  })

  it('ends a move that no target will ever confirm, and says so', async () => {
    const shell = await atTen()
    const plan = readFileSync(join(shell.cwd, 'rollout.yaml'), 'utf8')
    shell.write('rollout.yaml', plan.replace('path: web.env', 'path: web.env, reload: ["false"]'))
    await shell.run('plan', '--accept', '--reason', 'reload')
    expect(await shell.run('rollback')).toBe('partial')
    expect(await shell.run('close')).toBe('conflict')
    expect(shell.printed.err).toContain('not confirmed by web')
    expect(await shell.run('close', '--keep', '--reason', 'the machine is gone')).toBe('done')
    expect(shell.printed.out).toContain('not confirmed by web')
    expect(await shell.run('status')).toBe('done')
  })

  it('is what a controller ends on that still watches', async () => {
    const shell = await atTen()
    const sleep = shell.clock.sleep.bind(shell.clock)
    let isClosed = false
    shell.clock.sleep = async (duration, signal) => {
      await sleep(duration, signal)
      if (isClosed || !shell.printed.out.includes('watched by')) return
      isClosed = true
      await (
        await import('../helpers/shell.ts')
      )
        .fakeShell({ cwd: shell.cwd, clock: shell.clock, user: 'ben' })
        .run('close', '--keep', '--reason', 'enough')
    }
    expect(await shell.run('run')).toBe('conflict')
    expect(shell.printed.out).toMatch(/CLOSED {2}enough; .* by ben/)
  })
})
