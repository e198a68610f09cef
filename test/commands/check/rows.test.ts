import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { CheckReport } from '../../../src/views/check.ts'
import { fakeClock } from '../../helpers/memory.ts'
import { plainPlan, shopShell } from '../../helpers/plans.ts'
import { fakeShell, shop } from '../../helpers/shell.ts'

const DEAD = 'http://127.0.0.1:1/metrics'
const off = { 'web.env': 'FEATURE_X=false\n' }

async function started(traffic = { requests: 100, errors: 0 }, more?: string) {
  const shell = await shopShell(traffic, more)
  expect(await shell.run('start')).toBe('done')
  return shell
}

describe('check of a rollout under way', () => {
  it('writes nothing to the journal', async () => {
    const shell = await started()
    await shell.run('history', '--all', '--json')
    const before = shell.printed.out
    expect(await shell.run('check')).toBe('done')
    await shell.run('history', '--all', '--json')
    expect(shell.printed.out).toBe(before)
  })

  it('exits 9 when somebody else changed a target', async () => {
    const shell = await started()
    shell.write('web.env', 'FEATURE_X=true\n')
    expect(await shell.run('check', 'targets')).toBe('unhealthy')
    expect(shell.printed.out).toContain('web  holds FEATURE_X=true instead of false\n  somebody else changed it')
  })

  it('exits 69 when a target is gone', async () => {
    const shell = await started()
    shell.write('rollout.yaml', plainPlan(DEAD))
    expect(await shell.run('check', 'targets')).toBe('done')
    writeFileSync(join(shell.cwd, 'web.env'), new Uint8Array([0xff, 0xfe]))
    expect(await shell.run('check', 'targets', '--json')).toBe('unreachable')
    expect(shell.json<CheckReport>().rows.at(-1)).toMatchObject({ name: 'web', verdict: 'unreachable' })
  })

  it('exits 8 while gates are closed and says what they wait for', async () => {
    const shell = await started()
    expect(await shell.run('advance', '--override', 'metrics,samples', '--reason', 'first step')).toBe('done')
    expect(await shell.run('check')).toBe('notYet')
    expect(shell.printed.out).toMatch(/… gates {3}hold {2}hold .* of 1m/)
  })

  it('exits 8 when paused, with the reason in a row', async () => {
    const shell = await started()
    await shell.run('pause', '--reason', 'lunch')
    expect(await shell.run('check', '--json')).toBe('notYet')
    expect(shell.json<CheckReport>().rows.at(-1)).toMatchObject({ what: 'gates', name: 'paused', verdict: 'waiting' })
  })

  it('exits 9 when rolled back, and a failed row says so', async () => {
    const shell = await started()
    await shell.run('rollback', '--reason', 'drill')
    expect(await shell.run('check', '--json')).toBe('unhealthy')
    const { rows, step } = shell.json<CheckReport>()
    expect(rows.find(({ name }) => name === 'rolled back')).toMatchObject({ verdict: 'failed', text: 'drill' })
    expect(step).toBe(0)
  })

  it('exits 9 when the metric is critical, before run has acted', async () => {
    const shell = await started({ requests: 100, errors: 20 })
    // A poll of a hundred requests is no verdict, and a second one is.
    expect(await shell.run('check')).toBe('notYet')
    await shell.run('run', '--once')
    await shell.run('run', '--once')
    expect(await shell.run('check')).toBe('unhealthy')
    expect(shell.printed.out).toMatch(/✗ metrics error_rate {2}20% > 5% \(40 of 200\), 99% sure: evidence \d+:1, limit 100/)
  })

  it('judges by the frozen plan and says that the file is another', async () => {
    const shell = await shopShell({ requests: 100, errors: 8 })
    const plan = readFileSync(join(shell.cwd, 'rollout.yaml'), 'utf8')
    shell.write('rollout.yaml', plan.replace('critical: "> 5%"', 'critical: { when: "> 5%", by: threshold }'))
    expect(await shell.run('start')).toBe('done')
    shell.write('rollout.yaml', plan.replace('critical: "> 5%"', 'critical: "> 50%"'))
    expect(await shell.run('check')).toBe('unhealthy')
    expect(shell.printed.out).toContain('rollout.yaml changed since the plan was frozen')
  })

  /** A second target that refuses every write. */
  const stubborn = (url: string, more: string) =>
    plainPlan(url, more)
      .replace('[web]', '[web, worker]')
      .replace('targets:\n  web', `targets:\n  worker: { use: command, set: ['false', '{{name}}', '{{value}}'], get: ['true'] }\n  web`)

  async function refused(more: string) {
    const clock = fakeClock()
    const shell = fakeShell({ clock, files: { 'rollout.yaml': stubborn(await shop({ requests: 100, errors: 0 }), more), ...off } })
    await shell.run('start')
    const outcome = await shell.run('advance', '--override', 'metrics,samples', '--reason', 'first step')
    return { shell, outcome }
  }

  it('says which target refused an unfinished move, instead of calling it drift', async () => {
    const { shell, outcome } = await refused('')
    expect(outcome).toBe('partial')
    expect(await shell.run('check', '--json')).toBe('unhealthy')
    const { rows } = shell.json<CheckReport>()
    expect(rows.find(({ name }) => name === 'web')).toMatchObject({ verdict: 'ok', text: 'has confirmed the advance' })
    expect(rows.find(({ name }) => name === 'worker')).toMatchObject({ verdict: 'failed', text: 'false exited with 1' })
    expect(rows.find(({ what, verdict }) => what === 'gates' && verdict === 'critical')).toMatchObject({
      name: 'rollback',
      text: 'worker: false exited with 1',
    })
  })

  it('only warns of a target that the plan allowed it to go on without', async () => {
    const { shell, outcome } = await refused('maxUnavailable: 1\n')
    expect(outcome).toBe('done')
    expect(await shell.run('check', 'targets', '--json')).toBe('notYet')
    expect(shell.json<CheckReport>().rows.find(({ name }) => name === 'worker')).toMatchObject({
      verdict: 'warning',
      text: 'holds FEATURE_X=nothing instead of 10%',
      hint: 'it has not confirmed this step',
    })
  })
})
