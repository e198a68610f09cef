import { expect, it } from 'vitest'
import { fakeShell, type FakeShell } from '../helpers/shell.ts'

const plan = (name: string, toggle = 'FEATURE_X', target = '{ use: env-file, path: web.env }'): string => `version: 1
name: ${name}
toggles: { ${toggle}: { targets: [${name}] } }
targets: { ${name}: ${target} }
phases: [{ phase: core, toggles: [${toggle}], steps: [50%, 100%], hold: 0s }]
`

/** The rollout `old` at its first step. */
async function underWay(): Promise<FakeShell> {
  const shell = fakeShell({
    files: { 'old.yaml': plan('old'), 'web.env': 'FEATURE_X=false\nFEATURE_Y=false\n', 'b.env': 'FEATURE_X=false\n' },
  })
  expect(await shell.run('start', '-f', 'old.yaml')).toBe('done')
  expect(await shell.run('advance', '-f', 'old.yaml')).toBe('done')
  return shell
}

it('a toggle that another rollout has brought half the way at the same place is not started', async () => {
  const shell = await underWay()
  shell.write('new.yaml', plan('new', 'FEATURE_X', '{ use: env-file, path: ./web.env, timeout: 3s }'))
  expect(await shell.run('start', '-f', 'new.yaml')).toBe('conflict')
  expect(shell.printed.err).toContain('FEATURE_X on new was brought half the way by old, which is running: no baseline to come back to')
  expect(shell.printed.err).toContain('or take it back: rollout rollback -f old.yaml\n')
  expect(await shell.run('rollback', '-f', 'old.yaml')).toBe('done')
  expect(await shell.run('start', '-f', 'new.yaml')).toBe('done')
})

it('and where the plan was renamed since, its name says which is meant', async () => {
  const shell = await underWay()
  shell.write('old.yaml', plan('new'))
  expect(await shell.run('start', '-f', 'old.yaml')).toBe('conflict')
  expect(shell.printed.err).toContain('or take it back: with name: old in the plan it is meant\n')
})

it.each([
  ['another toggle there', 'FEATURE_Y', undefined],
  ['another place', 'FEATURE_X', '{ use: env-file, path: b.env }'],
  ['a place that the environment names', 'FEATURE_X', '{ use: env-file, path: "${WHERE:-web}.env" }'],
  ['a place that cannot be told from it', 'FEATURE_X', '{ use: command, set: ["true", "{{value}}"], get: [echo, "false"] }'],
])('and it is with %s', async (_, toggle, target) => {
  const shell = await underWay()
  shell.write('new.yaml', plan('new', toggle, target))
  expect(await shell.run('start', '-f', 'new.yaml')).toBe('done')
})

it('one that was taken further back than it had been is, also once its rollout goes on', async () => {
  const shell = fakeShell({ files: { 'old.yaml': plan('old'), 'new.yaml': plan('new'), 'web.env': 'FEATURE_X=5%\n' } })
  for (const line of ['start', 'advance', 'rollback --all', 'resume']) {
    expect(await shell.run(...line.split(' '), '-f', 'old.yaml')).toBe('done')
  }
  expect(await shell.run('start', '-f', 'new.yaml')).toBe('done')
})

it('one that the other has not moved yet is', async () => {
  const shell = fakeShell({ files: { 'old.yaml': plan('old'), 'new.yaml': plan('new'), 'web.env': 'FEATURE_X=false\n' } })
  expect(await shell.run('start', '-f', 'old.yaml')).toBe('done')
  expect(await shell.run('start', '-f', 'new.yaml')).toBe('done')
})

it('and so is one that a command writes: where, the environment that it is called in may say', async () => {
  const command = '{ use: command, set: ["true", "{{value}}"], get: [cat, x] }'
  const files = { 'old.yaml': plan('old', 'FEATURE_X', command), 'new.yaml': plan('new', 'FEATURE_X', command), x: 'false' }
  const shell = fakeShell({ files })
  expect(await shell.run('start', '-f', 'old.yaml')).toBe('done')
  shell.write('x', '50%')
  expect(await shell.run('advance', '-f', 'old.yaml', '--override', 'drift', '--reason', 'it is there')).toBe('done')
  expect(await shell.run('start', '-f', 'new.yaml')).toBe('done')
})
