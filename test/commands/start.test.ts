import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Event } from '../../src/core/journal/event.ts'
import { shopShell } from '../helpers/plans.ts'
import type { FakeShell } from '../helpers/shell.ts'

const GO = ['advance', '--override', 'samples,metrics,hold', '--reason', 'sure'] as const

/** A rollout whose every step was taken. */
async function complete(): Promise<FakeShell> {
  const shell = await shopShell({ requests: 100, errors: 0 })
  await shell.run('start')
  expect(await shell.run('run')).toBe('done')
  return shell
}

function word(shell: FakeShell, name = 'FEATURE_X'): string | undefined {
  return new RegExp(`^${name}=(.*)$`, 'm').exec(readFileSync(join(shell.cwd, 'web.env'), 'utf8'))?.[1]
}

async function count(shell: FakeShell): Promise<number> {
  await shell.run('history', '--all', '--json')
  return shell.json<{ readonly events: readonly Event[] }>().events.length
}

describe('start after a complete rollout', () => {
  it('says that nothing is to be rolled out, and keeps the baseline: a rollback still takes it back', async () => {
    const shell = await complete()
    expect(await shell.run('start')).toBe('conflict')
    expect(shell.printed.err).toContain('nothing is to be rolled out')
    expect(await shell.run('start', '--if-needed', '--json')).toBe('done')
    expect(shell.json()).toMatchObject({ kind: 'status', did: 'already reached', status: 'complete' })
    expect(await shell.run('rollback', '--reason', 'deploy 2 is bad')).toBe('done')
    expect(word(shell)).toBe('false')
  })

  it('proposes what can be typed: after a close a rollback, without a journal one to the defaults', async () => {
    const shell = await complete()
    await shell.run('close', '--keep', '--reason', 'done')
    expect(await shell.run('start', '--if-needed')).toBe('done')
    expect(shell.printed.out).toContain('rollout history shows how; rollout rollback takes it back')
    rmSync(join(shell.cwd, '.rollout'), { recursive: true })
    expect(await shell.run('start', '--if-needed')).toBe('done')
    expect(shell.printed.out).toContain('no journal here says how; rollout rollback --all takes every toggle to its default')
    expect(await shell.run('rollback', '--all')).toBe('done')
    expect(word(shell)).toBe('false')
  })

  it('begins anew where a toggle was set back since', async () => {
    const shell = await complete()
    shell.write('web.env', 'FEATURE_X=false\n')
    expect(await shell.run('start', '--json')).toBe('done')
    expect(shell.json()).toMatchObject({ did: 'started', status: 'running', exposures: { FEATURE_X: 0 } })
  })

  it('takes in what the plan has gained, behind what is reached, and a rollback knows what was before both', async () => {
    const shell = await complete()
    const next = readFileSync(join(shell.cwd, 'rollout.yaml'), 'utf8')
      .replace('FEATURE_X: { targets: [web] }', 'FEATURE_X: { targets: [web] }\n  FEATURE_Y: { targets: [web] }')
      .concat('  - { phase: next, toggles: [FEATURE_Y], steps: [100%], hold: 1m, metrics: [error_rate] }\n')
    shell.write('rollout.yaml', next)
    expect(await shell.run('plan')).toBe('done')
    expect(shell.printed.out).toContain('rollout start freezes this plan')
    expect(shell.printed.out).toMatch(/FEATURE_Y.*→/)
    expect(await shell.run('plan', '--accept', '--reason', 'next')).toBe('conflict')
    expect(shell.printed.err).toContain('rollout start')
    expect(await shell.run('start')).toBe('done')
    expect(shell.printed.out).toContain('step 2 of 3')
    expect(await shell.run(...GO)).toBe('done')
    expect([word(shell), word(shell, 'FEATURE_Y')]).toEqual(['true', 'true'])
    expect(await shell.run('rollback')).toBe('done')
    expect([word(shell), word(shell, 'FEATURE_Y')]).toEqual(['true', 'false'])
    expect(await shell.run('rollback', '--phase', 'core')).toBe('done')
    expect(word(shell)).toBe('false')
  })
})

describe('start --if-needed', () => {
  it('is done where the same plan is started, and changes nothing', async () => {
    const shell = await shopShell({ requests: 100, errors: 0 })
    expect(await shell.run('start', '--if-needed', '--json')).toBe('done')
    expect(shell.json()).toMatchObject({ did: 'started' })
    await shell.run(...GO)
    const before = await count(shell)
    expect(await shell.run('start', '--if-needed', '--json')).toBe('done')
    expect(shell.json()).toMatchObject({ did: 'already started', step: { number: 1 } })
    expect(await count(shell)).toBe(before)
    expect(await shell.run('start')).toBe('conflict')
  })

  it('is not done after a rollback, nor with another plan', async () => {
    const shell = await shopShell({ requests: 100, errors: 0 })
    await shell.run('start')
    await shell.run(...GO)
    const { printed } = shell
    shell.write('rollout.yaml', readFileSync(join(shell.cwd, 'rollout.yaml'), 'utf8').replace('hold: 1m', 'hold: 2m'))
    expect(await shell.run('start', '--if-needed')).toBe('conflict')
    expect(printed.err).toContain('rollout plan --accept')
    await shell.run('rollback')
    expect(await shell.run('start', '--if-needed')).toBe('conflict')
    expect(printed.err).toContain('rollout close')
  })

  it('is done where everything stands at the end and nothing was ever started', async () => {
    const shell = await shopShell({ requests: 100, errors: 0 })
    shell.write('web.env', 'FEATURE_X=true\n')
    expect(await shell.run('start')).toBe('conflict')
    expect(await shell.run('start', '--if-needed')).toBe('done')
    expect(shell.printed.out).toContain('nothing is to be rolled out')
    expect(await shell.run('status')).toBe('usage')
  })

  it('two at once: both are done, and one has started it', async () => {
    const shell = await shopShell({ requests: 100, errors: 0 })
    expect(await Promise.all([shell.run('start', '--if-needed'), shell.run('start', '--if-needed')])).toEqual(['done', 'done'])
    expect(await count(shell)).toBe(1)
  })
})

describe('start of a plan with environments', () => {
  const environments = 'environments:\n  staging: { hold: 1m }\n  production: {}\n'
  const said = 'the plan has environments and none was named: this rollout is of none of them'

  it('says where none is named that the rollout is of none', async () => {
    const shell = await shopShell({ requests: 100, errors: 0 }, environments)
    expect(await shell.run('start')).toBe('done')
    expect(shell.printed.err).toContain(said)
    expect(readdirSync(join(shell.cwd, '.rollout'))).toContain('shop')
  })

  it.each([
    ['staging', 'shop@staging'],
    ['', 'shop'],
  ])('-e "%s" begins %s, and nothing is to be said', async (environment, journal) => {
    const shell = await shopShell({ requests: 100, errors: 0 }, environments)
    expect(await shell.run('start', '-e', environment)).toBe('done')
    expect(shell.printed.err).not.toContain(said)
    expect(readdirSync(join(shell.cwd, '.rollout'))).toContain(journal)
  })
})
