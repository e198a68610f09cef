import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { DoctorFinding } from '../../src/views/doctor.ts'
import { fakeClock } from '../helpers/memory.ts'
import { plainPlan } from '../helpers/plans.ts'
import { fakeShell, serve, shop, type FakeShell } from '../helpers/shell.ts'

/** Turns of `run --once`, 40 s apart, with the journal in a folder; `boot` names that of each turn. */
async function turns(
  boot: (turn: number) => string,
  knowsBoot = true,
): Promise<{ readonly shell: FakeShell; readonly said: readonly string[] }> {
  const clock = fakeClock()
  const files = {
    'rollout.yaml': plainPlan(await shop({ requests: 100, errors: 0 })).replace('interval: 1s', 'interval: 30s'),
    'web.env': '',
  }
  let domain = boot(0)
  const machine: typeof clock = Object.defineProperty({ ...clock }, 'domain', { get: () => domain })
  const shell = fakeShell({ clock: machine, files, knowsBoot })
  expect(await shell.run('start')).toBe('done')
  const said: string[] = []
  for (let turn = 0; turn < 8; turn += 1) {
    domain = boot(turn)
    await shell.run('run', '--once')
    said.push(shell.printed.out)
    clock.advance(40_000)
  }
  return { shell, said }
}

const word = ({ cwd }: FakeShell): string => readFileSync(join(cwd, 'web.env'), 'utf8')

async function cronRow(shell: FakeShell): Promise<DoctorFinding | undefined> {
  await shell.run('doctor', '--json')
  return shell.json<{ readonly findings: readonly DoctorFinding[] }>().findings.find(({ what }) => what === 'cron')
}

describe('turns of run --once over a folder', () => {
  it('earn hold time on one machine', async () => {
    const { shell, said } = await turns(() => 'boot')
    expect(word(shell)).toContain('FEATURE_X=true')
    expect(said.join('')).not.toContain('another machine')
    expect(await cronRow(shell)).toMatchObject({ level: 'ok', text: expect.stringContaining('each time on this machine') })
  })

  it('earn none on changing ones, and say so in the line, in status and in doctor', async () => {
    const { shell, said } = await turns((turn) => `boot ${turn}`)
    expect(word(shell)).toContain('FEATURE_X=10%')
    const why = 'hold 0s of 1m (no time counts since the poll before, which was on another machine or boot)'
    expect(said.at(-1)).toContain(why)
    expect(said.at(-1)).not.toContain('in about')
    await shell.run('status')
    expect(shell.printed.out).toContain(why)
    expect(await cronRow(shell)).toMatchObject({ level: 'warning', text: expect.stringContaining('on another machine or boot') })
  })

  it('earn none where the system does not say which boot it is, and doctor says so', async () => {
    const { shell } = await turns((turn) => `process ${turn}`, false)
    expect(await cronRow(shell)).toMatchObject({ level: 'warning', text: expect.stringContaining('does not say which boot it is') })
  })

  it('go on to earn where a machine stays', async () => {
    const { shell } = await turns((turn) => (turn < 4 ? `boot ${turn}` : 'boot'))
    expect(word(shell)).toContain('FEATURE_X=true')
  })
})

it('counts the requests of thousands of series from turn to turn, and no event holds them', async () => {
  let polls = 0
  const url = await serve((_, response) => {
    polls += 1
    response.end(Array.from({ length: 2000 }, (__, nth) => `http_requests_total{status="200",path="/${nth}"} ${polls}\n`).join(''))
  })
  const files = { 'rollout.yaml': plainPlan(url), 'web.env': '' }
  const shell = fakeShell({ clock: fakeClock(), files })
  await shell.run('start')
  for (let turn = 0; turn < 4; turn += 1) await shell.run('run', '--once')
  await shell.run('status', '--json')
  expect(shell.json()).toMatchObject({ step: { number: 1 }, metrics: [{ name: 'error_rate', total: 4000 }] })
  const folder = join(shell.cwd, '.rollout', 'shop')
  const sizes = readdirSync(folder).flatMap((file) => (/^\d+\.json$/.test(file) ? [statSync(join(folder, file)).size] : []))
  expect(Math.max(...sizes)).toBeLessThan(8000)
})
