import { expect, it } from 'vitest'
import { examined, healthy } from '../../helpers/doctor.ts'

it.each<[name: string, env: Readonly<Record<string, string>>, warned: boolean]>([
  ['on a machine of ones own', {}, false],
  ['where CI is off', { CI: 'false' }, false],
  ['in a GitHub job', { GITHUB_ACTIONS: 'true', CI: 'true' }, true],
  ['in a GitLab job', { GITLAB_CI: 'true' }, true],
  ['in some other job', { CI: '1' }, true],
  ['with a folder of the workspace', { CI: 'true', ROLLOUT_STATE: 'journals' }, true],
  ['with a folder by its whole path', { CI: 'true', ROLLOUT_STATE: '/var/tmp/none-of-this' }, false],
])('a journal that is a folder %s', async (_, env, warned) => {
  const shell = await healthy({ env: { PATH: process.env['PATH'], ...env } })
  const { of } = await examined(shell)
  const rows = of('journal').filter(({ level }) => level === 'warning')
  expect(rows.map(({ hint }) => hint)).toEqual(warned ? [expect.stringContaining('ROLLOUT_STATE')] : [])
})
