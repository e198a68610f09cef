import { describe, expect, it } from 'vitest'
import { nextCommand } from '../../src/views/status.ts'
import { fakeShell } from '../helpers/shell.ts'

describe('what to type next of a rollout that nobody watches', () => {
  it.each([
    [[], 'rollout run watches and goes on; rollout advance takes one step'],
    [[{ name: 'hold' }], 'rollout run watches and goes on; rollout advance takes one step'],
    [[{ name: 'drift' }], 'rollout explain says why; rollout rollback takes it back'],
    // A step up is not taken beside an event that only a newer version knows.
    [[{ name: 'version' }], 'rollout explain says why; rollout rollback takes it back'],
  ])('and that waits for %j', (waitsFor, next) => expect(nextCommand({ status: 'running', waitsFor })).toBe(next))

  it('and whose target somebody else has changed', () => {
    expect(nextCommand({ status: 'running', blocked: [{ name: 'drift' }] })).toBe(
      'rollout explain says why; rollout rollback takes it back',
    )
  })
})

describe('while a target has not confirmed', () => {
  const file = (reload: string): string => `version: 1
name: shop
toggles: { FEATURE_X: { targets: [web] }, FEATURE_Y: { targets: [web] } }
targets: { web: { use: env-file, path: web.env, create: true, reload: [${reload}] } }
phases:
  - { phase: core, toggles: [FEATURE_X, FEATURE_Y], steps: [10%, 100%], hold: 0s }
`

  it('says where the toggles under way are going, and leaves no empty place', async () => {
    const shell = fakeShell({ files: { 'rollout.yaml': file('"false"') } })
    const page = async (): Promise<string> => {
      await shell.run('status')
      return shell.printed.out
    }
    await shell.run('start')
    expect(await page()).toMatch(/FEATURE_X \S+ +0% next: 10%$/m)
    expect(await shell.run('advance')).toBe('partial')
    expect(await page()).toMatch(/FEATURE_X \S+ +0% → 10%, not confirmed$/m)
    expect(shell.printed.out).toContain('\n      of the environment it sees PATH, HOME')
    expect(await page()).toMatch(/FEATURE_Y \S+ +0%$/m)
    expect(await page()).not.toContain('\n\n\n')
    await shell.run('status', '--json')
    expect(shell.json()).toMatchObject({ intent: { exposures: { FEATURE_X: 10 } } })
    expect(await shell.run('rollback')).toBe('partial')
    expect(shell.printed.out).toMatch(/✗ web: false exited with 1\. By hand:\n {6}.+\n {6}false\n {4}of the environment it sees PATH, HOME/)
    expect(await page()).toMatch(/FEATURE_X \S+ +0%, not confirmed$/m)
    shell.write('rollout.yaml', file('"true"'))
    expect(await shell.run('rollback')).toBe('done')
    expect(await page()).toMatch(/FEATURE_X \S+ +0% next: 10%$/m)
  })
})
