import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fakeClock } from '../../helpers/memory.ts'
import { fakeShell, realClock, type FakeShell } from '../../helpers/shell.ts'

const ENV_FILE = '{ use: env-file, path: web.env }'
const METRIC = "metrics: { errors: { use: prometheus, url: 'http://localhost:1', query: up, critical: '> 5' } }\n"
const PHASE = '{ phase: core, toggles: [FEATURE_X], steps: [10%, 100%], hold: 0s }'

function plan({ metrics = METRIC, target = ENV_FILE, phases = `[${PHASE}]`, more = '' } = {}): string {
  return `version: 1
name: shop
toggles: { FEATURE_X: { targets: [web] } }
targets: { web: ${target} }
${metrics}phases: ${phases}
${more}`
}

function held(shell: FakeShell): string {
  return readFileSync(join(shell.cwd, 'web.env'), 'utf8')
}

/** A rollout at 10% whose journal is gone, and whose plan is this one since. */
async function lost(text: string): Promise<FakeShell> {
  const files = { 'rollout.yaml': plan({ metrics: '' }), 'web.env': 'FEATURE_X=false\n' }
  const shell = fakeShell({ clock: fakeClock(), files })
  expect([await shell.run('start'), await shell.run('advance')]).toEqual(['done', 'done'])
  expect(held(shell)).toContain('FEATURE_X=10%')
  rmSync(join(shell.cwd, '.rollout'), { recursive: true })
  shell.write('rollout.yaml', text)
  return shell
}

it('says after a second which targets are waited for, and what to type instead', async () => {
  const files = {
    'rollout.yaml': plan({ metrics: '', target: "{ use: env-file, path: web.env, verify: 'http://127.0.0.1:1', timeout: 500ms }" }),
    'web.env': 'FEATURE_X=10%\n',
    '.rollout/shop/000000000001.json': 'damaged',
  }
  const shell = fakeShell({ clock: realClock(), files })
  expect(await shell.run('rollback', '--all', '--break-glass')).toBe('partial')
  expect(held(shell)).toContain('FEATURE_X=false')
  expect(shell.printed.err).toMatch(/web … has not confirmed yet\. By hand:\n +sed/)
})

describe('rollback --all --break-glass goes by toggles and targets alone', () => {
  it.each([
    ['a variable of a metric that is not set here', plan({ metrics: METRIC.replace('http://localhost:1', '${PROM_URL}') })],
    ['a key that is not known', plan({ more: 'bogus: 1\n' })],
    ['a metric of a wrong shape', plan({ metrics: 'metrics: { errors: [] }\n' })],
    ['a phase of a wrong shape', plan({ phases: '[{ phase: core, steps: 7 }]' })],
    ['a phase file that is gone', plan({ phases: '[phases/core.yaml]' })],
    ['no phase at all', plan({ phases: '[]' })],
    ['a freeze that ends before it begins', plan({ more: 'freezes: [{ from: 2027-01-02T00:00:00Z, to: 2027-01-01T00:00:00Z }]\n' })],
    ['an environment of a wrong shape', plan({ more: 'environments: { staging: { hold: soon, targets: {} } }\n' })],
  ])('whatever else is wrong: %s', async (_, text) => {
    const shell = await lost(text)
    const environment = text.includes('staging') ? ['-e', 'staging'] : []
    expect(await shell.run('rollback', '--all', ...environment)).toBe('config')
    expect(held(shell)).toContain('FEATURE_X=10%')
    const [, line = ''] = /\n {2}rollout (rollback .*--break-glass) goes by its toggles and targets alone/.exec(shell.printed.err) ?? []
    expect(await shell.run(...line.split(' '))).toBe('done')
    expect(shell.printed.err).toMatch(/^! rollout\.yaml:\d+:\d+ .*; it is set aside, toggles and targets are all that counts/m)
    expect(held(shell)).toContain('FEATURE_X=false')
  })

  it('writes the other targets where one cannot be opened, and names what it must hold', async () => {
    const text = plan()
      .replace('[web] }', '[web, far] }')
      .replace('targets: { web:', "targets: { far: { use: env-file, path: '${NOWHERE}' }, web:")
    const shell = await lost(text)
    expect(await shell.run('rollback', '--all', '--break-glass')).toBe('partial')
    expect(shell.printed.out).toMatch(/✗ far: .*NOWHERE is not set[^]*# FEATURE_X=false/)
    expect(held(shell)).toContain('FEATURE_X=false')
  })

  it.each([
    ['that is no YAML', ']][[: : {{'],
    ['whose targets are wrong', plan({ target: '7' })],
    ['whose environment overrides a target that is not there', plan({ more: 'environments: { staging: { targets: { wbe: {} } } }\n' })],
  ])('of a plan %s it says what to put back, and writes nothing', async (_, text) => {
    const shell = await lost(text)
    const environment = text.includes('staging') ? ['-e', 'staging'] : []
    expect(await shell.run('rollback', '--all', '--break-glass', ...environment)).toBe('config')
    expect(shell.printed.err).toContain('without a journal the plan alone says which targets there are')
    expect(shell.printed.err).toMatch(/git checkout HEAD -- rollout\.yaml\), then rollout rollback .*--all --break-glass/)
    expect(held(shell)).toContain('FEATURE_X=10%')
  })

  it('is proposed to a plain rollback as well where not even the name can be read', async () => {
    const shell = await lost(']][[: : {{')
    expect(await shell.run('rollback')).toBe('config')
    expect(shell.printed.err).toContain('rollout rollback --all --break-glass goes by its toggles and targets alone')
  })
})
