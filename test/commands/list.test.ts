import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { plainPlan } from '../helpers/plans.ts'
import { fakeShell, shop } from '../helpers/shell.ts'

/** Three plans in one folder, each with its journal in the one store: cart and pay are under way, search is over. */
async function three() {
  const url = await shop({ requests: 100, errors: 0 })
  const names = ['cart', 'pay', 'search']
  const files = names.flatMap((name) => [
    [`${name}.yaml`, plainPlan(url).replace('name: shop', `name: ${name}`).replace('web.env', `${name}.env`)],
    [`${name}.env`, 'FEATURE_X=false\n'],
  ])
  const shell = fakeShell({ files: Object.fromEntries(files) })
  for (const name of names) expect(await shell.run('start', '-f', `${name}.yaml`)).toBe('done')
  await shell.run('advance', '-f', 'pay.yaml', '--override', 'samples,metrics,hold', '--reason', 'sure')
  await shell.run('close', '-f', 'search.yaml')
  return shell
}

describe('list', () => {
  it.each([[['list']], [[]]])('%j: every rollout of the store, what is under way first, without any plan', async (argv) => {
    const shell = await three()
    for (const name of ['cart', 'pay', 'search']) rmSync(join(shell.cwd, `${name}.yaml`))
    expect(await shell.run(...argv)).toBe('done')
    const [head, ...rows] = shell.printed.out.trimEnd().split('\n')
    expect(head).toMatch(/^rollout +status +step +exposure +waits for +since +watched by/)
    expect(rows.map((row) => row.replaceAll(/ {2,}/g, ' | ').replace(/\| \d{4}.*/, ''))).toEqual([
      'cart | RUNNING | – | FEATURE_X 0% | metrics error_rate not measured yet ',
      expect.stringMatching(/^pay \| RUNNING \| 1 of 2 \| FEATURE_X 10% \| hold 0s of 1m /),
      expect.stringMatching(/^search \| CLOSED \| – \| FEATURE_X 0% \| – /),
    ])
  })

  it('shows where toggles go that a target has not confirmed', async () => {
    const url = await shop({ requests: 100, errors: 0 })
    const plan = plainPlan(url).replace('path: web.env', 'path: web.env, create: true, reload: ["false"]')
    const shell = fakeShell({ files: { 'rollout.yaml': plan } })
    await shell.run('start')
    expect(await shell.run('advance', '--override', 'samples,metrics', '--reason', 'sure')).toBe('partial')
    await shell.run('list')
    expect(shell.printed.out).toMatch(/^shop +RUNNING +– +FEATURE_X 0% → 10% +web: /m)
  })

  it('is values with --json, with everything each waits for', async () => {
    const shell = await three()
    expect(await shell.run('--json')).toBe('done')
    expect(shell.json()).toMatchObject({
      kind: 'list',
      rollouts: [
        { journal: 'cart', name: 'cart', status: 'running', waitsFor: [{ name: 'metrics' }] },
        { journal: 'pay', step: { number: 1 }, exposures: { FEATURE_X: 10 } },
        { journal: 'search', status: 'closed', waitsFor: [] },
      ],
    })
  })

  it('shows one whose journal is damaged beside the others, and is partial', async () => {
    const shell = await three()
    writeFileSync(join(shell.cwd, '.rollout', 'pay', '000000000001.json'), '{')
    expect(await shell.run('list')).toBe('partial')
    expect(shell.printed.out).toMatch(/^pay +unreadable/m)
    expect(shell.printed.out).toMatch(/^cart +RUNNING/m)
  })

  it('says that none has begun, where none has', async () => {
    const shell = fakeShell({ files: { 'rollout.yaml': plainPlan('http://127.0.0.1:1') } })
    expect(await shell.run('list')).toBe('done')
    expect(shell.printed.out).toContain('rollout start')
    expect(await shell.run()).toBe('done')
    expect(shell.printed.out).toContain('no rollout has begun')
  })

  it('is help where there is neither plan nor store', async () => {
    const shell = fakeShell()
    expect(await shell.run()).toBe('done')
    expect(shell.printed.out).toContain('Usage: rollout')
  })
})
