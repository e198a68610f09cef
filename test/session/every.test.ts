import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fakeClock } from '../helpers/memory.ts'
import { plainPlan } from '../helpers/plans.ts'
import { fakeShell, shop, type FakeShell } from '../helpers/shell.ts'

const GO = ['--override', 'samples,metrics,hold', '--reason', 'sure'] as const

/** Three plans in one folder, all at 10 % but search, which is closed; pay writes to a target of another name. */
async function three(env: Readonly<Record<string, string>> = {}): Promise<FakeShell> {
  const url = await shop({ requests: 100, errors: 0 })
  const names = ['cart', 'pay', 'search']
  const files = names.flatMap((name) => {
    const plan = plainPlan(url).replace('name: shop', `name: ${name}`).replace('web.env', `${name}.env`)
    return [
      [`${name}.yaml`, name === 'pay' ? plan.replace('[web]', '[desk]').replace('  web:', '  desk:') : plan],
      [`${name}.env`, 'FEATURE_X=false\n'],
    ]
  })
  const shell = fakeShell({ env, clock: fakeClock(), files: Object.fromEntries(files) })
  for (const name of names) {
    expect(await shell.run('start', '-f', `${name}.yaml`)).toBe('done')
    expect(await shell.run(name === 'search' ? 'close' : 'advance', '-f', `${name}.yaml`, ...(name === 'search' ? [] : GO))).toBe('done')
  }
  return shell
}

function words(shell: FakeShell): readonly string[] {
  return ['cart', 'pay'].map(
    (name) =>
      readFileSync(join(shell.cwd, `${name}.env`), 'utf8')
        .trim()
        .split('\n')[0] ?? '',
  )
}

describe('rollback --every', () => {
  it('takes back every rollout of the store that is under way, one line each', async () => {
    const shell = await three()
    expect(await shell.run('rollback', '--every', '--reason', 'an incident')).toBe('done')
    expect(words(shell)).toEqual(['FEATURE_X=false', 'FEATURE_X=false'])
    expect(shell.printed.out).toMatch(/^✓ cart {2}FEATURE_X 10% → 0%\n✓ pay {3}FEATURE_X 10% → 0%\n$/)
    expect(shell.printed.err).toMatch(/^pay {3}desk ✓/m)
    await shell.run('list', '--json')
    const { rollouts } = shell.json<{ rollouts: readonly { status: string }[] }>()
    expect(rollouts.map(({ status }) => status)).toEqual(['rolled back', 'rolled back', 'closed'])
  })

  it('is only for those that write to a target, where one is named', async () => {
    const shell = await three()
    expect(await shell.run('rollback', '--every', '--target', 'desk')).toBe('done')
    expect(words(shell)).toEqual(['FEATURE_X=10%', 'FEATURE_X=false'])
    for (const nowhere of ['nowhere', '', 'web,nowhere']) {
      expect(await shell.run('rollback', '--every', '--target', nowhere)).toBe('usage')
      expect(shell.printed.err).toContain('nothing was done\n  one of web, desk')
    }
    expect(words(shell)).toEqual(['FEATURE_X=10%', 'FEATURE_X=false'])
    expect(await shell.run('rollback', '--target', 'desk')).toBe('usage')
  })

  it('is partial where one is not confirmed, with the line to type, and takes the others back', async () => {
    const shell = await three()
    shell.write('cart.env', 'FEATURE_X="\n')
    expect(await shell.run('rollback', '--every', '--json')).toBe('partial')
    expect(words(shell)[1]).toBe('FEATURE_X=false')
    expect(shell.json()).toMatchObject({
      kind: 'every',
      rollouts: [
        { journal: 'cart', outcome: 'partial', byHand: [{ target: 'web' }] },
        { journal: 'pay', outcome: 'done' },
      ],
    })
    expect(await shell.run('rollback', '--every')).toBe('partial')
    expect(shell.printed.out).toContain('rollout rollback -f cart.yaml tries the rest again')
  })

  it('is in the journal of one whose plan is somewhere else, and touches nothing here: who watches it goes on', async () => {
    const store = (await three()).cwd
    const shell = await three({ ROLLOUT_STATE: join(store, 'shared') })
    const elsewhere = fakeShell({ env: { ROLLOUT_STATE: join(store, 'shared') }, clock: fakeClock() })
    elsewhere.write('cart.env', 'FEATURE_X=10%\n')
    expect(await elsewhere.run('rollback', '--every')).toBe('partial')
    expect(elsewhere.printed.out).toContain('whoever watches it goes on by itself')
    expect(readFileSync(join(elsewhere.cwd, 'cart.env'), 'utf8')).toBe('FEATURE_X=10%\n')
    expect(words(shell)).toEqual(['FEATURE_X=10%', 'FEATURE_X=10%'])
    expect(await shell.run('run', '-f', 'cart.yaml')).toBe('unhealthy')
    expect(words(shell)).toEqual(['FEATURE_X=false', 'FEATURE_X=10%'])
  })
})

it('pause --every holds every rollout that is under way', async () => {
  const shell = await three()
  await shell.run('rollback', '-f', 'pay.yaml')
  expect(await shell.run('pause', '--every', '--reason', 'an incident')).toBe('done')
  expect(shell.printed.out).toBe('✓ cart  paused\n✓ pay   rolled back: nothing of it moves up\n')
  expect(await shell.run('status', '-f', 'cart.yaml')).toBe('notYet')
})

it('says that nothing is under way, and takes a place where nothing has begun for a mistake', async () => {
  const shell = await three()
  for (const name of ['cart', 'pay']) await shell.run('close', '-f', `${name}.yaml`, '--keep', '--reason', 'enough')
  expect(await shell.run('rollback', '--every')).toBe('done')
  expect(shell.printed.out).toBe('no rollout is under way: nothing was done\n')
  expect(await fakeShell().run('rollback', '--every')).toBe('usage')
})
