import { readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { fakeShell, type FakeShell } from '../helpers/shell.ts'

const plan = (target: string): string => `version: 1
name: shop
toggles: { FEATURE_X: { targets: [web] } }
targets: { web: { use: env-file, ${target} } }
phases: [{ phase: core, toggles: [FEATURE_X], steps: [50%, 100%], hold: 0s }]
`
const ONE = 'path: web.env'
const ALL = 'instances: [a, b], path: "{{instance}}.env"'

interface Beside {
  readonly steps?: number
  readonly beside?: (shell: FakeShell) => void
}

/** A rollout whose target was edited after so many steps, and what was done beside it. */
async function edited(from: string, to: string, { steps = 1, beside }: Beside = {}): Promise<FakeShell> {
  const word = 'FEATURE_X=false\n'
  const shell = fakeShell({ files: { 'rollout.yaml': plan(from), 'web.env': word, 'a.env': word, 'b.env': word } })
  expect(await shell.run('start')).toBe('done')
  for (let step = 0; step < steps; step += 1) expect(await shell.run('advance')).toBe('done')
  beside?.(shell)
  shell.write('rollout.yaml', plan(to))
  return shell
}

const word = (shell: FakeShell, file: string): string | undefined => /FEATURE_X=(.*)/.exec(readFileSync(join(shell.cwd, file), 'utf8'))?.[1]

it.each([
  ['another path', ONE, 'path: a.env', 'web.env'],
  ['an instance less', ALL, 'instances: [a], path: "{{instance}}.env"', 'b.env'],
  ['one place for all', ALL, 'path: a.env', 'b.env'],
])('an edited plan with %s is refused while a toggle is on at the place that it leaves', async (_, from, to, left) => {
  const shell = await edited(from, to)
  const message = `FEATURE_X is at 50%, and ${join(shell.cwd, left)} of web would be forgotten`
  expect(await shell.run('plan')).toBe('done')
  expect(shell.printed.out).toContain(message)
  expect(await shell.run('plan', '--accept', '--reason', 'test')).toBe('conflict')
  expect(shell.printed.err).toContain(message)
  shell.write('rollout.yaml', plan(from))
  expect(await shell.run('rollback')).toBe('done')
  expect(word(shell, left)).toBe('false')
  shell.write('rollout.yaml', plan(to))
  expect(await shell.run('plan', '--accept', '--reason', 'test')).toBe('done')
})

it('another flag of the same file is another place', async () => {
  const text = (keys: string): string =>
    plan('path: flags.json, create: true').replace('env-file', 'flagd').replace('flags.json', `flags.json${keys}`)
  const shell = fakeShell({ files: { 'rollout.yaml': text('') } })
  expect(await shell.run('start')).toBe('done')
  expect(await shell.run('advance')).toBe('done')
  shell.write('rollout.yaml', text(', keys: { FEATURE_X: search }'))
  expect(await shell.run('plan', '--accept', '--reason', 'test')).toBe('conflict')
  expect(shell.printed.err).toContain(`FEATURE_X in ${join(shell.cwd, 'flags.json')} of web would be forgotten`)
})

it.each<[what: string, from: string, to: string, more: Beside]>([
  ['a file that was moved', ONE, 'path: new.env', { beside: ({ cwd }) => renameSync(join(cwd, 'web.env'), join(cwd, 'new.env')) }],
  ['another name of the same file', ONE, 'path: link.env', { beside: ({ cwd }) => symlinkSync('web.env', join(cwd, 'link.env')) }],
  ['a reload', ONE, 'path: web.env, reload: ["true"]', {}],
  ['an instance that is gone', ALL, 'instances: [a], path: "{{instance}}.env"', { beside: ({ cwd }) => rmSync(join(cwd, 'b.env')) }],
  [
    'an instance more',
    'instances: [a], path: "{{instance}}.env"',
    ALL,
    { beside: (shell) => void shell.write('b.env', 'FEATURE_X=50%\n') },
  ],
  ['another path before the first step', ONE, 'path: a.env', { steps: 0 }],
])('and is accepted with %s', async (_, from, to, more) => {
  const shell = await edited(from, to, more)
  expect(await shell.run('plan', '--accept', '--reason', 'test')).toBe('done')
})
