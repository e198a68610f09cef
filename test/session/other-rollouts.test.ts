import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { barePlan, lose, outcomeOf, planned, type } from '../helpers/marked.ts'
import type { FakeShell } from '../helpers/shell.ts'

const said = ({ printed }: FakeShell): string => printed.out + printed.err

describe('a rollout that cannot be told by the plan', () => {
  const environments = 'environments: { production: {}, staging: {} }\n'

  it('is offered with the line to type for each environment, where there is no plan to read', async () => {
    const shell = planned(barePlan() + environments)
    await type(shell, 'start -e production', 'advance -e production', 'close -e production --keep --reason x', 'start -e staging')
    rmSync(join(shell.cwd, 'rollout.yaml'))
    expect(await outcomeOf(shell, 'rollback')).toBe('config')
    expect(said(shell)).toContain('✗ it could be shop@production\n  rollout rollback -e production\n')
    expect(said(shell)).toContain('✗ it could be shop@staging\n  rollout rollback -e staging\n')
    expect(await outcomeOf(shell, 'rollback -e staging')).toBe('done')
  })

  it('is offered by its name alone where two are of one environment', async () => {
    const shell = planned(barePlan())
    await type(shell, 'start')
    shell.write('rollout.yaml', barePlan().replace('name: shop', 'name: other').replace('web.env', 'other.env'))
    await type(shell, 'start')
    rmSync(join(shell.cwd, 'rollout.yaml'))
    expect(await outcomeOf(shell, 'rollback')).toBe('config')
    expect(said(shell)).toContain('there are the journals other, shop')
  })

  it.each(['rollback', 'status'])('is named where the plan was renamed: %s', async (line) => {
    const shell = planned(barePlan())
    await type(shell, 'start', 'advance')
    shell.write('rollout.yaml', barePlan().replace('name: shop', 'name: store'))
    expect(await outcomeOf(shell, line)).toBe('usage')
    expect(said(shell)).toContain('✗ shop is running here, by a plan of the name shop')
    expect(said(shell)).toContain('with name: shop it is meant')
    shell.write('rollout.yaml', barePlan())
    await type(shell, 'rollback', 'close')
    shell.write('rollout.yaml', barePlan().replace('name: shop', 'name: store'))
    await outcomeOf(shell, line)
    expect(said(shell)).not.toContain('shop is')
  })
})

it.each(['rollback', 'status'])('a rollout of another plan in the folder is shown with the line that means it: %s', async (line) => {
  const shell = planned(barePlan())
  await type(shell, 'start', 'advance')
  shell.write('other.yaml', barePlan().replace('name: shop', 'name: store'))
  expect(await outcomeOf(shell, `${line} -f other.yaml`)).toBe('usage')
  expect(said(shell)).toContain('✗ shop is running here, by a plan of the name shop\n  rollout status -f rollout.yaml shows it\n')
})

describe('a journal that is lost', () => {
  it('is known by what the targets carry of it, also to who only asks where the rollout is', async () => {
    const shell = planned(barePlan())
    await type(shell, 'start', 'advance')
    lose(shell)
    for (const line of ['status', 'explain']) {
      expect(await outcomeOf(shell, line)).toBe('unhealthy')
      expect(said(shell)).toContain('✗ there is no journal')
      expect(said(shell)).toContain('✗ shop was rolled out by another journal')
      expect(said(shell)).toMatch(/✗ web carries change #\d+ of shop, and holds FEATURE_X=10%/)
      expect(said(shell)).not.toContain('nothing was started yet')
    }
  })

  it('of another name is none of its business, and a plan that cannot be read says nothing', async () => {
    const shell = planned(barePlan())
    await type(shell, 'start', 'advance')
    lose(shell)
    shell.write('rollout.yaml', barePlan().replace('name: shop', 'name: store'))
    expect(await outcomeOf(shell, 'status')).toBe('usage')
    shell.write('rollout.yaml', barePlan().replace('phases:', 'phrases:'))
    expect(await outcomeOf(shell, 'status')).toBe('usage')
    expect(said(shell)).toContain('nothing was started yet')
  })
})
