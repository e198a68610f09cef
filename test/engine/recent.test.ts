import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readRecent } from '../../src/engine/recent.ts'
import { openWriter } from '../../src/engine/writer.ts'
import { plan } from '../helpers/core.ts'
import { fakeClock, memoryJournal } from '../helpers/memory.ts'
import { shopShell } from '../helpers/plans.ts'

const WHY = { code: 'operator', text: 'test' } as const

it('reads a long journal from where enough is known, and tells each event with what it happened to', async () => {
  const journal = memoryJournal()
  const read: number[] = []
  const counted = { ...journal, read: async (after = 0) => (read.push(after), journal.read(after)) }
  const clock = fakeClock()
  let nth = 0
  const writer = await openWriter({ journal: counted, clock, uuid: () => `id-${(nth += 1)}`, version: 'test' })
  await writer.append({ type: 'started', plan: plan(), digest: 'd', files: {}, baseline: { A: 0 } }, { actor: 'ana' })
  for (let pairs = 0; pairs < 150; pairs += 1) {
    await writer.append({ type: 'paused', why: WHY }, { actor: 'ana' })
    await writer.append({ type: 'resumed' }, { actor: 'ana' })
  }
  read.length = 0
  const { from, events } = await readRecent(counted, ({ events: found }) => found.length >= 64)
  expect(events.length).toBeGreaterThanOrEqual(64)
  expect(events.length).toBeLessThan(200)
  expect(from).toMatchObject({ seq: (events[0]?.seq ?? 0) - 1, plan: { name: plan().name } })
  expect(from?.status).toBe(events[0]?.type === 'paused' ? 'running' : 'paused')
  expect(Math.min(...read)).toBeGreaterThan(100)
  expect((await readRecent(counted, () => false)).events).toHaveLength(301)
})

it('says the same of a rollback, and of what happened last, as the whole journal does', async () => {
  const shell = await shopShell({ requests: 100, errors: 0 })
  await shell.run('start')
  const go = ['advance', '--override', 'samples,metrics,hold', '--reason', 'sure'] as const
  for (let round = 0; round < 12; round += 1) {
    await shell.run(...go)
    for (let pairs = 0; pairs < 4; pairs += 1) for (const verb of ['pause', 'resume'] as const) await shell.run(verb)
    await shell.run('rollback', '--reason', `round ${round}`)
    if (round < 11) await shell.run('resume')
  }
  await shell.run('rollback', '--reason', 'once more')
  const checkpoint = join(shell.cwd, '.rollout', 'shop', 'checkpoint.json')
  expect(readFileSync(checkpoint, 'utf8')).toContain('"earlier"')
  await shell.run('history')
  const whole = shell.printed.out.split('\n').slice(0, 30)
  await shell.run('history', '--limit', '30')
  expect(shell.printed.out.trimEnd().split('\n')).toEqual(whole)
  await shell.run('explain', '--json')
  const said = shell.json()
  expect(said).toMatchObject({ status: 'rolled back', retreat: { changes: [{ toggle: 'FEATURE_X', from: '10%', to: '0%' }] } })
  rmSync(checkpoint)
  await shell.run('explain', '--json')
  expect(shell.json()).toEqual(said)
})
