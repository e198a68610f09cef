import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { rankedInstances } from '../../src/core/plan/instances.ts'
import { fakeClock } from '../helpers/memory.ts'
import { fakeShell, type FakeShell } from '../helpers/shell.ts'

const NAMES = ['web-1', 'web-2', 'web-3', 'web-4']
const ORDER = rankedInstances('FEATURE_X', NAMES)

const plan = (target: string, steps = '[25%, 50%, 100%]', more = '') => `version: 1
name: shop
toggles:
  FEATURE_X: { targets: [web], exposure: instances${more} }
  FEATURE_Y: { targets: [web] }
targets:
  web: ${target}
phases:
  - { phase: core, toggles: [FEATURE_X], steps: ${steps}, hold: 0s }
  - { phase: next, toggles: [FEATURE_Y], steps: [10%, 100%], hold: 0s }
`
const ENV = '{ use: env-file, path: "{{instance}}.env", instances: [web-1, web-2, web-3, web-4] }'
const COMMAND = `{ use: command, set: [sh, -c, 'printf %s "$2" > "$1"', sh, "{{instance}}.{{name}}", "{{value}}"], get: [sh, -c, 'cat "$1" || true', sh, "{{instance}}.{{name}}"], instances: [web-1, web-2, web-3, web-4] }`

function shopShell(text: string, env = 'FEATURE_X=false\nFEATURE_Y=false\n'): FakeShell {
  const files = Object.fromEntries(NAMES.map((name) => [`${name}.env`, env]))
  return fakeShell({ clock: fakeClock(), files: { 'rollout.yaml': text, ...files } })
}
const on = (shell: FakeShell, variable = 'FEATURE_X', word = 'true'): readonly string[] =>
  NAMES.filter((name) => {
    const file = join(shell.cwd, `${name}.env`)
    return existsSync(file) && readFileSync(file, 'utf8').includes(`${variable}=${word}\n`)
  })

describe('an env file of each instance', () => {
  it('goes up instance by instance in one order, other toggles everywhere at once, and is taken back', async () => {
    const shell = shopShell(plan(ENV))
    expect(await shell.run('start')).toBe('done')
    expect(await shell.run('advance')).toBe('done')
    expect(on(shell)).toEqual(ORDER.slice(0, 1))
    expect(await shell.run('advance')).toBe('done')
    expect(on(shell)).toEqual(NAMES.filter((name) => ORDER.slice(0, 2).includes(name)))
    expect(on(shell, 'FEATURE_X', 'false')).toHaveLength(2)
    expect(await shell.run('advance')).toBe('done')
    expect(on(shell)).toEqual(NAMES)
    expect(await shell.run('advance')).toBe('done')
    expect(on(shell, 'FEATURE_Y', '10%')).toEqual(NAMES)
    expect(await shell.run('rollback', '--all', '--reason', 'test')).toBe('done')
    expect(on(shell, 'FEATURE_X', 'false')).toEqual(NAMES)
    expect(on(shell, 'FEATURE_Y', 'false')).toEqual(NAMES)
  })

  it('rounds down: 60 % and 74 % of four are two, 10 % is none', async () => {
    const shell = shopShell(plan(ENV))
    await shell.run('start')
    for (const _ of [1, 2, 3]) await shell.run('advance')
    expect(await shell.run('rollback', '--to', '74%')).toBe('done')
    expect(on(shell)).toHaveLength(2)
    expect(await shell.run('rollback', '--to', '10%')).toBe('done')
    expect(on(shell)).toEqual([])
  })

  it('of a legacy toggle takes it away from the last of the order first', async () => {
    const shell = shopShell(plan(ENV, '[25%, 100%]', ', kind: legacy, default: on'), 'FEATURE_X=true\nFEATURE_Y=false\n')
    await shell.run('start')
    expect(await shell.run('advance')).toBe('done')
    expect(on(shell, 'FEATURE_X', 'false')).toEqual(ORDER.slice(3))
  })

  it('where one was changed by hand, nothing goes up, and it is said who holds what', async () => {
    const shell = shopShell(plan(ENV))
    await shell.run('start')
    await shell.run('advance')
    const last = ORDER[3] ?? ''
    writeFileSync(join(shell.cwd, `${last}.env`), 'FEATURE_X=true\nFEATURE_Y=false\n')
    expect(await shell.run('check', 'targets')).toBe('unhealthy')
    expect(shell.printed.out).toContain(`true at ${NAMES.filter((name) => name === last || name === ORDER[0]).join(', ')}`)
    await shell.run('run', '--once')
    expect(on(shell)).toHaveLength(2)
    expect(await shell.run('rollback')).toBe('done')
    expect(on(shell)).toEqual([])
  })

  it('one that is gone is named, the others are written, and what is left to type is for it as well', async () => {
    const shell = shopShell(plan(ENV))
    await shell.run('start')
    await shell.run('advance')
    const [first = '', second = ''] = ORDER
    rmSync(join(shell.cwd, `${second}.env`))
    expect(await shell.run('rollback')).toBe('partial')
    expect(on(shell, 'FEATURE_X', 'false')).toContain(first)
    expect(`${shell.printed.out}${shell.printed.err}`).toContain(`${second}.env`)
    writeFileSync(join(shell.cwd, `${second}.env`), 'FEATURE_X=true\n')
    expect(await shell.run('rollback')).toBe('done')
    expect(on(shell)).toEqual([])
  })

  it('with the journal lost and one of them gone, the others are taken back', async () => {
    const shell = shopShell(plan(ENV))
    await shell.run('start')
    for (let step = 1; step <= 3; step += 1) expect(await shell.run('advance')).toBe('done')
    rmSync(join(shell.cwd, '.rollout'), { recursive: true })
    rmSync(join(shell.cwd, 'web-2.env'))
    expect(await shell.run('rollback', '--all')).toBe('partial')
    expect(on(shell, 'FEATURE_X', 'false')).toEqual(['web-1', 'web-3', 'web-4'])
  })
})

it('a command for each instance', async () => {
  const shell = fakeShell({ clock: fakeClock(), files: { 'rollout.yaml': plan(COMMAND) } })
  expect(await shell.run('start')).toBe('done')
  expect(await shell.run('advance')).toBe('done')
  // What holds its word already is not written.
  const written = NAMES.filter((name) => existsSync(join(shell.cwd, `${name}.FEATURE_X`)))
  expect(written.map((name) => [name, readFileSync(join(shell.cwd, `${name}.FEATURE_X`), 'utf8')])).toEqual([[ORDER[0], 'true']])
  expect(await shell.run('check', 'targets')).toBe('done')
  expect(await shell.run('rollback')).toBe('done')
  expect(written.map((name) => readFileSync(join(shell.cwd, `${name}.FEATURE_X`), 'utf8'))).toEqual(['false'])
})

it('flags of each instance', async () => {
  const shell = fakeShell({
    clock: fakeClock(),
    files: { 'rollout.yaml': plan('{ use: unleash, path: "{{instance}}.json", create: true, instances: [web-1, web-2, web-3, web-4] }') },
  })
  expect(await shell.run('start')).toBe('done')
  expect(await shell.run('advance')).toBe('done')
  const features = NAMES.map((name) => JSON.parse(readFileSync(join(shell.cwd, `${name}.json`), 'utf8')).features)
  expect(features.map(([first]) => first.enabled)).toEqual(NAMES.map((name) => name === ORDER[0]))
})

it('the plan says which word each target gets', async () => {
  const three = ENV.replace(', web-4', '')
  const shell = shopShell(plan(three, '[50%, 100%]'))
  expect(await shell.run('plan', '--json')).toBe('done')
  expect(shell.json<{ writes: unknown }>().writes).toEqual([{ target: 'web', variable: 'FEATURE_X', from: 'false', to: '33.33334%' }])
})
