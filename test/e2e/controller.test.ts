import { spawn } from 'node:child_process'
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openFileStore } from '../../src/adapters/state/file.ts'
import { seal } from '../../src/adapters/state/seal.ts'
import { launch, type Running } from '../helpers/launch.ts'
import { realClock, shop } from '../helpers/shell.ts'
import { plainPlan } from '../helpers/plans.ts'
import { place } from './binary.ts'

const url = await shop({ requests: 100, errors: 0 })
const FILES = { 'rollout.yaml': plainPlan(url).replace('hold: 1m', 'hold: 1h'), 'web.env': 'FEATURE_X=false\n' }
const GO = ['advance', '--override', 'samples,metrics,hold', '--reason', 'test'] as const

async function watched(): Promise<{ readonly at: ReturnType<typeof place>; readonly running: Running }> {
  const at = place(FILES)
  expect(await at.rollout('start')).toMatchObject({ code: 0 })
  expect(await at.rollout(...GO)).toMatchObject({ code: 0 })
  const running = launch(at.folder, ['run'])
  await running.printed('watched by')
  return { at, running }
}

function proofs(folder: string): readonly string[] {
  return readdirSync(join(folder, '.rollout')).filter((name) => name.startsWith('.controller-'))
}

it('a rollback ends the controller it overtakes, which takes its proof with it', async () => {
  const { at, running } = await watched()
  expect(proofs(at.folder)).toHaveLength(1)
  running.kill('SIGSTOP')
  expect(await at.rollout('rollback')).toMatchObject({ code: 0 })
  expect((await running.ended).signal).toBe('SIGKILL')
  expect(at.read('web.env')).toContain('FEATURE_X=false')
  const next = launch(at.folder, ['run', '--once'])
  await next.ended
  expect(proofs(at.folder)).toEqual([])
})

it('a controller that a rollback overtakes ends as rolled back, and proposes nothing by hand that is under way', async () => {
  const { at, running } = await watched()
  expect(await at.rollout('rollback')).toMatchObject({ code: 0 })
  const { code, out } = await running.ended
  expect(code).toBe(9)
  expect(out).toContain('ROLLED BACK')
  expect(out).not.toMatch(/By hand|tries the rest/)
})

it('goes on where no terminal can have closed, as nohup asks for', async () => {
  const { at, running } = await watched()
  running.kill('SIGHUP')
  expect(await at.rollout('pause', '--reason', 'to hear of it')).toMatchObject({ code: 0 })
  await running.printed('to hear of it')
  running.kill('SIGTERM')
  expect((await running.ended).code).toBe(143)
})

it('status and list know at once that a controller was killed', async () => {
  const { at, running } = await watched()
  expect((await at.rollout('status')).out).toMatch(/watched by .*, this is as of \d{4}-/)
  running.kill('SIGKILL')
  await running.ended
  expect((await at.rollout('status')).out).toContain('nobody watches: ')
  const { out } = await at.rollout('list', '--json')
  expect(out).not.toContain('"watching":true')
})

it('a process that the journal names, and that does not prove to be a controller, is left alone', async () => {
  const { at, running } = await watched()
  running.kill('SIGKILL')
  await running.ended
  rmSync(join(at.folder, '.rollout/shop/lease.json'), { force: true })
  const stranger = spawn('sleep', ['300'])
  try {
    const journal = await openFileStore(join(at.folder, '.rollout'), { clock: realClock() }).open('shop')
    const events = await journal.read()
    const [last, attached] = [events.at(-1), events.find(({ type }) => type === 'attached')]
    if (!last || attached?.type !== 'attached' || stranger.pid === undefined) throw new Error('run did not attach')
    const stat = readFileSync(`/proc/${stranger.pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')
    const controller = { ...attached.controller, pid: stranger.pid, began: stat?.[19] ?? '' }
    const { hash: _, ...old } = attached
    await journal.append(seal({ ...old, controller, seq: last.seq + 1, id: 'forged', previous: last.hash }))
    expect(await at.rollout('rollback')).toMatchObject({ code: 0 })
    expect(at.read('web.env')).toContain('FEATURE_X=false')
    expect([stranger.exitCode, stranger.signalCode]).toEqual([null, null])
  } finally {
    stranger.kill('SIGKILL')
  }
})
