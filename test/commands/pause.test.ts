import { expect, it } from 'vitest'
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
