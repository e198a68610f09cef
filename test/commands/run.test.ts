import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Event } from '../../src/core/journal/event.ts'
import type { Summary } from '../../src/core/report/summary.ts'
import { openInbox } from '../helpers/inbox.ts'
import { fakeClock } from '../helpers/memory.ts'
import { plainPlan } from '../helpers/plans.ts'
import { fakeShell, shop, type FakeShell } from '../helpers/shell.ts'

const GO = ['advance', '--override', 'samples,metrics,hold', '--reason', 'sure'] as const

/** A rollout at 10 %. */
async function rising(traffic: { requests: number; errors: number }) {
  const files = { 'rollout.yaml': plainPlan(await shop(traffic)), 'web.env': 'FEATURE_X=false\n' }
  const shell = fakeShell({ clock: fakeClock(), files })
  expect(await shell.run('start')).toBe('done')
  expect(await shell.run(...GO)).toBe('done')
  return shell
}

/** The same folder in another terminal, where ben sits. */
function elsewhere(shell: FakeShell): FakeShell {
  return fakeShell({ cwd: shell.cwd, clock: shell.clock, user: 'ben', self: { host: 'there', pid: 2, domain: 'other', began: '1' } })
}

async function events(shell: FakeShell): Promise<readonly Event[]> {
  await shell.run('history', '--all', '--json')
  return shell.json<{ readonly events: readonly Event[] }>().events
}

/** Does `deed` once, at the first rest of the controller after it has printed this. */
function when(shell: FakeShell, said: string, deed: () => Promise<void>): void {
  const sleep = shell.clock.sleep.bind(shell.clock)
  let isDone = false
  shell.clock.sleep = async (duration, signal) => {
    await sleep(duration, signal)
    if (isDone || !shell.printed.out.includes(said)) return
    isDone = true
    await deed()
  }
}

describe('what run tells', () => {
  it('is what was really taken back, also where somebody else had taken the step', async () => {
    const traffic = { requests: 100, errors: 0 }
    const shell = await rising(traffic)
    when(shell, 'watched by', async () => {
      await elsewhere(shell).run('pause')
      await elsewhere(shell).run('resume')
      expect(await elsewhere(shell).run(...GO)).toBe('done')
      traffic.errors = 50
    })
    expect(await shell.run('run')).toBe('unhealthy')
    expect(shell.printed.out).toMatch(/#\d+ .* advance FEATURE_X 10% → 100% .* ben "sure"/)
    expect(shell.printed.out).toMatch(/#\d+ .* rollback FEATURE_X 100% → 0% {2}error_rate 50%/)
  })

  it('ends with what happened, by whom, and what to type next', async () => {
    const shell = await rising({ requests: 100, errors: 50 })
    expect(await shell.run('run')).toBe('unhealthy')
    expect(shell.printed.out).toMatch(/\nROLLED BACK {2}error_rate 50% .* \(#\d+ by itself, .*\)\n {2}rollout explain says why; .*\n$/)
  })

  it('writes to the targets, reads the metrics and tells the channels of a plan that is accepted meanwhile', async () => {
    const shell = await rising({ requests: 100, errors: 0 })
    const [other, inbox] = [await shop({ requests: 100, errors: 0 }), await openInbox()]
    when(shell, 'watched by', async () => {
      const more = plainPlan(other)
        .replace('toggles:\n', 'toggles:\n  FEATURE_Y: { targets: [api] }\n')
        .replace('targets:\n  web', 'targets:\n  api: { use: env-file, path: api.env, create: true }\n  web')
        .replace('metrics:\n', `metrics:\n  late: { use: openmetrics, url: "${other}", value: 'http_requests_total{status="500"}' }\n`)
      const phase = '  - { phase: more, toggles: [FEATURE_Y], steps: [100%], hold: 1m, metrics: [error_rate, late] }\n'
      shell.write('rollout.yaml', `${more}${phase}notify: { team: { use: webhook, url: "${inbox.url}", events: [advanced] } }\n`)
      expect(await elsewhere(shell).run('plan', '--accept', '--reason', 'more')).toBe('done')
    })
    expect(await shell.run('run')).toBe('done')
    expect(readFileSync(join(shell.cwd, 'api.env'), 'utf8')).toContain('FEATURE_Y=true')
    expect(shell.printed.out).toMatch(/complete {2}hold 1m of 1m · metrics healthy \(error_rate, late\)/)
    expect(inbox.json()).toMatchObject([{ type: 'rollout.advanced' }, { type: 'rollout.advanced' }])
  })

  it('names the person who rolled back in another terminal', async () => {
    const shell = await rising({ requests: 100, errors: 0 })
    when(shell, 'watched by', async () => {
      await elsewhere(shell).run('rollback', '--reason', 'customers call')
    })
    expect(await shell.run('run')).toBe('unhealthy')
    expect(shell.printed.out).toMatch(/\nROLLED BACK {2}customers call \(#\d+ by ben, .*\)\n/)
  })
})

describe('run, started again and again', () => {
  it.each([
    ['after a rollback', ['rollback'], ['run'], 'unhealthy'],
    ['while paused, and told to end then', ['pause'], ['run', '--exit-on-pause'], 'notYet'],
  ] as const)('%s leaves the journal as it is', async (_, deed, line, outcome) => {
    const shell = await rising({ requests: 100, errors: 0 })
    await shell.run(...deed)
    const before = (await events(shell)).filter(({ type }) => type !== 'observed').length
    for (let start = 0; start < 5; start += 1) expect(await shell.run(...line)).toBe(outcome)
    expect((await events(shell)).filter(({ type }) => type !== 'observed')).toHaveLength(before)
    expect(await shell.run('status', '--json')).toBe(outcome)
  })
})

it('run --once ends with 10 where a target never confirmed', async () => {
  const plan = plainPlan(await shop({ requests: 100, errors: 0 })).replace('path: web.env', 'path: web.env, reload: ["false"]')
  const shell = fakeShell({ clock: fakeClock(), files: { 'rollout.yaml': plan, 'web.env': 'FEATURE_X=false\n' } })
  expect(await shell.run('start')).toBe('done')
  expect(await shell.run('run', '--once')).toBe('notYet')
  expect(await shell.run('run', '--once')).toBe('partial')
  expect(readFileSync(join(shell.cwd, 'web.env'), 'utf8')).toContain('FEATURE_X=10%')
  expect(shell.printed.out).toMatch(/✗ web: .*By hand:/)
})

describe('what it fails on, and what somebody else has changed', () => {
  it('is named by status and explain of everybody, before anything that is well', async () => {
    const shell = await rising({ requests: 100, errors: 0 })
    rmSync(join(shell.cwd, 'web.env'))
    await shell.run('run', '--once')
    for (const verb of ['status', 'explain']) {
      const { out } = await printed(shell, verb)
      expect(out).toMatch(/✗ cannot be read: web: .*web\.env.*, since 2027-/)
      expect(out.slice(0, out.indexOf('cannot be read'))).not.toContain('✓')
    }
    await shell.run('status', '--json')
    const { waitsFor } = shell.json<Summary>()
    const missing = [{ text: 'create: true in the target creates it' }]
    expect(waitsFor[0]).toEqual({ name: 'target', text: expect.stringContaining('web.env'), since: expect.any(Number), missing })
  })

  it('is told within a poll, while it holds', async () => {
    const shell = await rising({ requests: 100, errors: 0 })
    when(shell, 'watched by', async () => {
      shell.write('web.env', 'FEATURE_X=true\n')
      when(shell, 'blocked', async () => void (await elsewhere(shell).run('rollback')))
    })
    await shell.run('run')
    expect(shell.printed.out).toMatch(/blocked {2}web holds FEATURE_X=true instead of 10%: somebody else changed it\n/)
    expect(shell.printed.out).not.toContain('advance FEATURE_X 10% → 100%')
  })
})

/** What a verb prints in the other terminal. */
async function printed(shell: FakeShell, verb: string): Promise<{ readonly out: string }> {
  const other = elsewhere(shell)
  await other.run(verb)
  return other.printed
}
