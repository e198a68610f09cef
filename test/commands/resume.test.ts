import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openInbox } from '../helpers/inbox.ts'
import { plainPlan } from '../helpers/plans.ts'
import { fakeShell, shop } from '../helpers/shell.ts'

it('says partial while a move is unfinished, as pause does, and done once nothing is', async () => {
  const plan = plainPlan(await shop({ requests: 100, errors: 0 })).replace('path: web.env', 'path: web.env, reload: [./reload]')
  const shell = fakeShell({ env: { PATH: process.env['PATH'] }, files: { 'rollout.yaml': plan, 'web.env': 'FEATURE_X=false\n' } })
  expect(await shell.run('start')).toBe('done')
  const go = ['advance', '--override', 'samples,metrics,hold', '--reason', 'test'] as const
  expect(await shell.run(...go)).toBe('partial')
  expect(await shell.run('pause')).toBe('partial')
  expect(shell.printed.out).toContain('rollout run finishes the step')
  expect(await shell.run('resume')).toBe('partial')
  writeFileSync(join(shell.cwd, 'reload'), '#!/bin/sh\n', { mode: 0o755 })
  await shell.run('rollback')
  expect(await shell.run('resume')).toBe('done')
  expect(await shell.run('pause')).toBe('done')
})

it('keeps the reason of whoever resumes what is running already: nothing else of it changes, and nobody is told', async () => {
  const inbox = await openInbox()
  const plan = plainPlan(await shop({ requests: 100, errors: 0 }), `notify:\n  log: { use: webhook, url: "${inbox.url}" }\n`)
  const shell = fakeShell({ files: { 'rollout.yaml': plan, 'web.env': 'FEATURE_X=false\n' } })
  await shell.run('start')
  await shell.run('pause', '--reason', 'looks odd')
  await shell.run('resume', '--reason', 'it was the cache')
  const state = async () => {
    await shell.run('status', '--json')
    const { seq: _, ...rest } = shell.json<{ readonly seq: number }>()
    return rest
  }
  const before = await state()
  expect(await shell.run('resume', '--reason', 'INC-42 says so')).toBe('done')
  expect(shell.printed.out).toMatch(/^it was running already; the reason is #\d+ of its history\nRUNNING/)
  expect(await state()).toEqual(before)
  expect(await shell.run('resume')).toBe('done')
  await shell.run('history')
  expect(shell.printed.out.split('\n')[0]).toMatch(/ resumed .*INC-42 says so/)
  expect(inbox.json<{ type: string }>().map(({ type }) => type)).toEqual(['rollout.started', 'rollout.paused', 'rollout.resumed'])
})
