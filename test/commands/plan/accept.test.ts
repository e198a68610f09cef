import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openToggles } from '../../../src/sdk/toggles.ts'
import { plainPlan, shopShell } from '../../helpers/plans.ts'
import type { FakeShell } from '../../helpers/shell.ts'

const GO = ['advance', '--override', 'samples,metrics,hold', '--reason', 'test'] as const
const EARLY = `segments:
  staff: { where: { email: { ends: "@example.com" } } }
  beta: { allow: { file: beta.txt } }
`

/** FEATURE_X with two segments and lists, in web.env. */
async function shellOf(toggle = 'segments: [staff, beta], allow: [grace], deny: [eve]'): Promise<FakeShell> {
  const shell = await shopShell({ requests: 100, errors: 0 })
  shell.write('beta.txt', '# who asked for it\nada\n')
  edit(shell, toggle)
  return shell
}

function edit(shell: FakeShell, toggle: string): void {
  const url = /url: (.+)/.exec(readFileSync(join(shell.cwd, 'rollout.yaml'), 'utf8'))?.[1] ?? ''
  shell.write('rollout.yaml', plainPlan(url, EARLY).replace('{ targets: [web] }', `{ targets: [web], ${toggle} }`))
}

function held(shell: FakeShell): string {
  return readFileSync(join(shell.cwd, 'web.env'), 'utf8').replaceAll(/# rollout.*\n/g, '')
}

/** Who has FEATURE_X, by the SDK. */
function who(shell: FakeShell): readonly string[] {
  const toggles = openToggles({ env: {}, file: join(shell.cwd, 'web.env'), onProblem: (message) => expect(message).toBe('') })
  const ids = ['ada', 'grace', 'eve', 'mary']
  const on = ids.filter((id) => toggles.isEnabled('FEATURE_X', id, id === 'mary' ? { email: 'mary@example.com' } : {}))
  toggles.close()
  return on
}

describe('segments and lists', () => {
  it('stand beside the word from the first step on, and are gone with a rollback', async () => {
    const shell = await shellOf()
    expect(await shell.run('start')).toBe('done')
    expect(held(shell)).toBe('FEATURE_X=false\n')
    expect(await shell.run('plan')).toBe('done')
    expect(shell.printed.out).toContain('FEATURE_X_USERS  → grace,ada')
    expect(await shell.run(...GO)).toBe('done')
    expect(held(shell)).toBe(
      'FEATURE_X="10%;seg=staff"\nFEATURE_X_DENY=eve\nROLLOUT_SEGMENT_STAFF=email:ends:@example.com\nFEATURE_X_USERS=grace,ada\n',
    )
    expect(who(shell)).toEqual(['ada', 'grace', 'mary'])
    expect(await shell.run('rollback')).toBe('done')
    expect(held(shell)).toBe('FEATURE_X="false"\nFEATURE_X_DENY=\nROLLOUT_SEGMENT_STAFF=\nFEATURE_X_USERS=\n')
    expect(who(shell)).toEqual([])
  })

  it('end with a break-glass too', async () => {
    const shell = await shellOf()
    await shell.run('start')
    await shell.run(...GO)
    shell.write('.rollout/shop/000000000001.json', 'damaged')
    expect(await shell.run('rollback', '--all', '--break-glass', '--reason', 'now')).toBe('done')
    expect(who(shell)).toEqual([])
  })

  it('leave the plain word at 100 %, where only the deny list still counts', async () => {
    const shell = await shellOf()
    await shell.run('start')
    await shell.run(...GO)
    await shell.run(...GO)
    expect(held(shell)).toContain('FEATURE_X="true"\nFEATURE_X_DENY=eve\n')
    expect(who(shell)).toEqual(['ada', 'grace', 'mary'])
  })

  it('that somebody changed by hand are drift', async () => {
    const shell = await shellOf()
    await shell.run('start')
    await shell.run(...GO)
    shell.write('web.env', held(shell).replace('_DENY=eve', '_DENY='))
    await shell.run('plan')
    expect(shell.printed.out).toContain('web holds FEATURE_X_DENY=nothing instead of eve')
    expect(await shell.run('advance', '--override', 'samples,metrics,hold', '--reason', 'x')).toBe('notYet')
    shell.write('web.env', held(shell).replace('_DENY=', '_DENY=eve').replace(';seg=staff', ''))
    await shell.run('plan')
    expect(shell.printed.out).toContain('web holds FEATURE_X=10% instead of 10%;seg=staff')
  })

  it('that somebody else wrote before are not taken over: a rollback could not give them back', async () => {
    const shell = await shellOf()
    shell.write('web.env', 'FEATURE_X=false\nFEATURE_X_USERS=linus\n')
    expect(await shell.run('start')).toBe('conflict')
    expect(shell.printed.err).toContain('web holds FEATURE_X_USERS already\n  move it into the plan and empty it there')
  })
})

describe('plan --accept', () => {
  it('writes lists that changed at once, and no step', async () => {
    const shell = await shellOf()
    await shell.run('start')
    await shell.run(...GO)
    shell.write('beta.txt', 'mary\n')
    await shell.run('status')
    expect(shell.printed.out).toContain('beta.txt changed since the plan was frozen')
    expect(await shell.run('plan', '--accept', '--reason', 'mary asked')).toBe('done')
    expect(held(shell)).toContain('FEATURE_X="10%;seg=staff"')
    expect(held(shell)).toContain('FEATURE_X_USERS=grace,mary')
    await shell.run('plan')
    expect(shell.printed.out).not.toContain('drift')
  })

  it('freezes nothing anew where nothing was edited', async () => {
    const shell = await shellOf()
    await shell.run('start')
    const seqOf = async (): Promise<number> => (await shell.run('status', '--json'), shell.json<{ seq: number }>().seq)
    const before = await seqOf()
    expect(await shell.run('plan', '--accept', '--reason', 'twice')).toBe('done')
    expect(shell.printed.out).toContain('nothing was edited since the plan was frozen\nRUNNING')
    expect(await seqOf()).toBe(before)
  })

  it('does not forget a list that is written, but takes an empty one', async () => {
    const shell = await shellOf()
    await shell.run('start')
    await shell.run(...GO)
    edit(shell, 'segments: [staff], deny: [eve]')
    expect(await shell.run('plan', '--accept', '--reason', 'no lists')).toBe('conflict')
    expect(shell.printed.err).toContain('FEATURE_X_USERS is written on web and would be forgotten as it is')
    edit(shell, 'segments: [staff], allow: [], deny: [eve]')
    expect(await shell.run('plan', '--accept', '--reason', 'nobody')).toBe('done')
    expect(held(shell)).toContain('FEATURE_X_USERS=\n')
  })
})
