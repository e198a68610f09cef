import { expect, it } from 'vitest'
import { shopShell } from '../../helpers/plans.ts'

it.each([
  ['pause', 'PAUSED', 'paused'],
  ['rollback', 'ROLLED BACK', 'rolled back'],
])('says after %s that no step is taken until somebody resumes it', async (verb, word, latched) => {
  const shell = await shopShell({ requests: 100, errors: 0 })
  await shell.run('start')
  await shell.run('plan')
  expect(shell.printed.out).not.toContain('until rollout resume')
  await shell.run(verb)
  await shell.run('plan')
  expect(shell.printed.out).toContain(`${word}: no step is taken until rollout resume`)
  await shell.run('plan', '--json')
  expect(shell.json()).toMatchObject({ latched })
})
