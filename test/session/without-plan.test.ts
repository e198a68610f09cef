import { expect, it } from 'vitest'
import { fakeShell } from '../helpers/shell.ts'

it.each([['rollback'], ['rollback --all'], ['rollback --all --break-glass']])(
  '%s with the journal and the plan gone says what brings them back, and not to write a new plan',
  async (typed) => {
    const shell = fakeShell({ files: { 'web.env': 'FEATURE_X=10%\n' } })
    expect(await shell.run(...typed.split(' '))).toBe('config')
    expect(shell.printed.err).toContain('git checkout HEAD -- rollout.yaml')
    expect(shell.printed.err).not.toContain('init')
  },
)

it('keeps the hints of a plan that is there', async () => {
  const shell = fakeShell({ files: { 'rollout.yaml': 'version: 1\nnmae: shop\n' } })
  expect(await shell.run('rollback', '--all', '--break-glass')).toBe('config')
  expect(shell.printed.err).toContain('git checkout HEAD -- rollout.yaml')
  expect(shell.printed.err).toContain('did you mean name?')
})
