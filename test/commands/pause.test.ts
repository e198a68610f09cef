import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openFileStore } from '../../src/adapters/state/file.ts'
import { shopShell } from '../helpers/plans.ts'

it('keeps the reason of whoever pauses what is paused already, and no event of one who gives none', async () => {
  const shell = await shopShell({ requests: 100, errors: 0 })
  await shell.run('start')
  expect(await shell.run('pause', '--reason', 'looks odd')).toBe('done')
  expect(await shell.run('pause', '--reason', 'INC-42: leave it')).toBe('done')
  expect(shell.printed.out).toContain('it was paused already; the reason is #3 of its history\nPAUSED  looks odd')
  expect(await shell.run('pause')).toBe('done')
  await shell.run('history')
  const [newest = ''] = shell.printed.out.split('\n').slice(-4)
  expect(newest).toMatch(/^#3 .* paused {2}INC-42: leave it/)
})

it('knows who watches, and sends nobody to watch beside them', async () => {
  const shell = await shopShell({ requests: 100, errors: 0 })
  await shell.run('start')
  const journal = await openFileStore(join(shell.cwd, '.rollout'), shell).open('shop')
  await journal.takeLease({ holder: shell.self, since: shell.clock.now() }, 20_000)
  await shell.run('pause')
  await shell.run('resume')
  expect(shell.printed.out).toContain('rollout explain says why; rollout rollback takes it back')
  await shell.run('resume', '--json')
  expect(shell.json()).toMatchObject({ controller: { pid: shell.self.pid, watching: true } })
})
