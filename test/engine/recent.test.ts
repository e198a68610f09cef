import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { Journal } from '../../src/core/journal/store.ts'
import { readRecent } from '../../src/engine/recent.ts'
import { openWriter, type Writer } from '../../src/engine/writer.ts'
import { plan } from '../helpers/core.ts'
import { fakeClock, memoryJournal } from '../helpers/memory.ts'
import { shopShell } from '../helpers/plans.ts'

const WHY = { code: 'operator', text: 'test' } as const

it('reads a long journal from where enough is known, and tells each event with what it happened to', async () => {
  const { journal, read } = await longJournal()
  const { from, events } = await readRecent(journal, ({ events: found }) => found.length >= 64)
  expect(events.length).toBeGreaterThanOrEqual(64)
  expect(events.length).toBeLessThan(200)
  expect(from).toMatchObject({ seq: (events[0]?.seq ?? 0) - 1, plan: { name: plan().name } })
  expect(from?.status).toBe(events[0]?.type === 'paused' ? 'running' : 'paused')
  expect(Math.min(...read)).toBeGreaterThan(100)
  expect((await readRecent(journal, () => false)).events).toHaveLength(301)
})

it('does so after the first write to a long journal that no checkpoint was kept of', async () => {
  const { journal, read, open } = await longJournal()
  const writer = await open({ ...journal, checkpoint: async () => undefined })
  await writer.append({ type: 'paused', why: WHY }, { actor: 'ana' })
  read.length = 0
  const { from, events } = await readRecent(journal, ({ events: found }) => found.length >= 64)
  expect(read).toEqual([302, 237])
  expect(events.map(({ seq }) => seq)).toEqual(Array.from({ length: 65 }, (_, nth) => 238 + nth))
  expect(from).toMatchObject({ seq: 237, status: 'running', plan: { name: plan().name } })
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

/** Makes a journal of 301 events that counts from where it is read. */
async function longJournal() {
  const read: number[] = []
  const memory = memoryJournal()
  const journal = { ...memory, read: async (after = 0) => (read.push(after), memory.read(after)) }
  let nth = 0
  const open = async (opened: Journal): Promise<Writer> =>
    openWriter({ journal: opened, clock: fakeClock(), uuid: () => `id-${(nth += 1)}`, version: 'test' })
  const writer = await open(journal)
  await writer.append({ type: 'started', plan: plan(), digest: 'd', files: {}, baseline: { A: 0 } }, { actor: 'ana' })
  for (let pairs = 0; pairs < 150; pairs += 1) {
    await writer.append({ type: 'paused', why: WHY }, { actor: 'ana' })
    await writer.append({ type: 'resumed' }, { actor: 'ana' })
  }
  read.length = 0
  return { journal, read, open }
}
