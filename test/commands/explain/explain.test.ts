import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { openFileStore } from '../../../src/adapters/state/file.ts'
import { seal } from '../../../src/adapters/state/seal.ts'
import type { Event } from '../../../src/core/journal/event.ts'
import type { DecisionPage, EventPage, TogglePage } from '../../../src/views/explain.ts'
import type { MetricPage } from '../../../src/views/explain-metric.ts'
import type { UserPage } from '../../../src/views/user.ts'
import { lend } from '../../helpers/loan.ts'
import { barePlan, planned, type } from '../../helpers/marked.ts'
import { fakeClock } from '../../helpers/memory.ts'
import { plainPlan } from '../../helpers/plans.ts'
import { fakeShell, shop, type FakeShell } from '../../helpers/shell.ts'
import { shopOf } from '../../helpers/shop.ts'

describe('explain of what is not there', () => {
  it('says that nothing was started', async () => {
    const shell = fakeShell({ files: { 'rollout.yaml': plainPlan('http://127.0.0.1:1') } })
    expect(await shell.run('explain')).toBe('usage')
    expect(shell.printed.err).toContain('nothing was started yet')
  })

  it.each([
    ['eror_rate', 'did you mean error_rate?'],
    ['FEATURE_Y', 'did you mean FEATURE_X?'],
    ['weather', 'a metric (error_rate), a toggle, a risk, a contingency, or a number'],
    ['constructor', 'neither a metric, a toggle, a risk, a contingency nor a number'],
    ['__proto__', 'neither a metric, a toggle, a risk, a contingency nor a number'],
    ['#999', 'there is no event #999'],
    ['0', 'there is no event #0'],
    ['#', 'neither a metric'],
  ])('does not know %s', async (subject, said) => {
    const shell = await rolledBack()
    expect(await shell.run('explain', subject)).toBe('usage')
    expect(shell.printed.err).toContain(said)
    expect(shell.printed.out).toBe('')
  })
})

it.each([{ type: 'intended', move: 'rollback' }, { type: 'paused' }, { type: 'blocked', on: 'web' }, { type: 'arrived', intent: 2 }])(
  'says what there is to say over an event that a newer version tells in another way: %j',
  async (fact) => {
    const shell = planned(barePlan())
    await type(shell, 'start', 'advance')
    const journal = await openFileStore(join(shell.cwd, '.rollout'), lend(shell.cwd)).open('shop')
    const { seq, hash = '', at } = (await journal.read()).at(-1) ?? { seq: 0, at: 0 }
    const stamp = { type: 'resumed', seq: seq + 1, id: 'newer', previous: hash, at, actor: 'ana', version: 'newer' } as const
    await journal.append(seal(Object.assign(stamp, fact)))
    for (const line of ['explain', 'explain FEATURE_X', `explain ${seq + 1}`, 'history', 'history --limit 1']) {
      await type(shell, line)
      expect(shell.printed).toMatchObject({ out: expect.stringMatching(/./), err: '' })
    }
  },
)

let shared: Promise<FakeShell> | undefined

/** Started and advanced by ana, then rolled back by the policy: 20 errors of 100. The plan file is gone: the journal must be enough. */
async function rolledBack(): Promise<FakeShell> {
  shared ??= (async () => {
    const traffic = { requests: 100, errors: 0 }
    const plan = plainPlan(await shop(traffic))
      .replace('critical: "> 5%"', 'critical: { when: "> 5%", for: 1s }')
      .replace('targets:\n', '  FEATURE_IDLE: { targets: [web] }\ntargets:\n')
      .replace('100%]', '{ to: 100%, approval: managers }]')
    const clock = fakeClock()
    const shell = fakeShell({ clock, files: { 'rollout.yaml': `${plan}approvers: { managers: [ana] }\n`, 'web.env': 'FEATURE_X=false\n' } })
    await shell.run('start')
    await shell.run('advance', '--override', 'metrics,samples', '--reason', 'first step')
    traffic.errors = 20
    await shell.run('run', '--once')
    clock.advance(1000)
    await shell.run('run', '--once')
    rmSync(join(shell.cwd, 'rollout.yaml'))
    return shell
  })()
  return shared
}

describe('explain after a rollback', () => {
  let shell: FakeShell
  let events: readonly Event[]
  beforeAll(async () => {
    shell = await rolledBack()
    await shell.run('history', '--all', '--json')
    events = shell.json<{ readonly events: readonly Event[] }>().events
  })
  const find = (type: Event['type'], move?: string) =>
    events.find((event) => event.type === type && (move === undefined || ('move' in event && event.move === move)))?.seq

  it('names the stop and the evidence of that moment', async () => {
    expect(await shell.run('explain')).toBe('done')
    // From where it came back, and no advice to type what has just been typed.
    expect(shell.printed.out).toContain('ROLLED BACK from step 1 of 2 (FEATURE_X at 10%): FEATURE_X 10% → 0%\n')
    expect(shell.printed.out).not.toContain('rollout explain')
    expect(shell.printed.out).toMatch(/error_rate 20% > 5% for 1s \(\d+ of \d+\), 99% sure: evidence \d+:1, limit 100\n {2}#\d+ by auto/)
    expect(shell.printed.out).toMatch(/then: ✗ CRITICAL error_rate 20%/)
    await shell.run('explain', '--json')
    expect(shell.json<DecisionPage>()).toMatchObject({ status: 'rolled back', evidence: [{ name: 'error_rate', verdict: 'critical' }] })
  })

  it('explains the metric as it was when it stopped the rollout', async () => {
    await shell.run('explain', 'error_rate')
    const [headline, ...rest] = shell.printed.out.split('\n')
    expect(headline).toMatch(/^error_rate at step 1 \(FEATURE_X at 10%\): 20% CRITICAL \(> 5% for 1s\): 40 of 200$/)
    expect(rest.join('\n')).toContain('This is why it stopped: #')
    expect(rest.join('\n')).toContain('Rules: goes on < 1% · warns > 2% · critical > 5% for 1s')
    expect(rest.join('\n')).toContain('critical for 1s of 1s')
    expect(rest.join('\n')).toContain('Samples: 200 since the step was reached, 10 needed')
    await shell.run('explain', 'error_rate', '--json')
    const page = shell.json<MetricPage>()
    expect(page.changes.at(-1)).toMatchObject({
      verdict: 'critical',
      text: '20% > 5% for 1s (40 of 200), 99% sure: evidence 400:1, limit 100',
    })
    expect(page.track).toMatchObject({ bad: 40, total: 200, verdict: 'critical' })
  })

  it.each(['#', ''])('explains an intent by its number, written with "%s"', async (mark) => {
    const seq = find('intended', 'rollback')
    await shell.run('explain', `${mark}${seq}`)
    expect(shell.printed.out).toContain('Before: running at step 1, FEATURE_X 10%')
    expect(shell.printed.out).toContain('web  FEATURE_X 10% → false')
    expect(shell.printed.out).toContain('✗ CRITICAL error_rate 20%')
    expect(shell.printed.out).toContain('(critical)')
    expect(shell.printed.out).toContain('confirmed by every target')
  })

  it('says who overrode what and why', async () => {
    await shell.run('explain', String(find('intended', 'advance')))
    expect(shell.printed.out).toContain('Overriding: metrics, samples')
    expect(shell.printed.out).toContain('By: ana (system), "first step"')
    await shell.run('explain', String(find('intended', 'advance')), '--json')
    const page = shell.json<EventPage>()
    expect(page.before).toEqual({ status: 'running', exposures: { FEATURE_X: 0, FEATURE_IDLE: 0 } })
    expect(page.writes).toEqual([{ target: 'web', variable: 'FEATURE_X', from: 'false', to: '10%' }])
    expect(page.results.map(({ type }) => type)).toEqual(['applied', 'arrived'])
  })

  it('says what a target was written', async () => {
    await shell.run('explain', String(events.findLast(({ type }) => type === 'applied')?.seq), '--json')
    expect(shell.json<EventPage>().writes).toEqual([{ target: 'web', variable: 'FEATURE_X', from: 'false', to: '10%' }])
  })

  it('explains the first event, which had nothing before it', async () => {
    expect(await shell.run('explain', '1')).toBe('done')
    expect(shell.printed.out).toContain('started shop')
    expect(shell.printed.out).not.toContain('Before:')
    expect(shell.printed.out).toContain('after nothing')
  })

  it('tells a toggle’s whole way: by whom, when, and what is ahead', async () => {
    await shell.run('explain', 'FEATURE_X')
    expect(shell.printed.out).toContain('FEATURE_X 0% (was 0% before the rollout, 0% by default)')
    expect(shell.printed.out).toMatch(/advance 0% → 10% by ana: first step\n/)
    expect(shell.printed.out).toMatch(/rollback 10% → 0% by auto: error_rate 20%/)
    expect(shell.printed.out).toContain('step 1 (core) takes it to 10%\n')
    expect(shell.printed.out).toContain('step 2 (core) takes it to 100%, once 1 of managers agree')
    await shell.run('explain', 'FEATURE_X', '--json')
    expect(shell.json<TogglePage>().moves.map(({ move, confirmed }) => [move, confirmed])).toEqual([
      ['advance', true],
      ['rollback', true],
    ])
  })
})

describe('explain of a rollout under way', () => {
  it('names the decision and the closed gates', async () => {
    const clock = fakeClock()
    const shell = fakeShell({
      clock,
      files: { 'rollout.yaml': plainPlan(await shop({ requests: 100, errors: 0 })), 'web.env': 'FEATURE_X=false\n' },
    })
    await shell.run('start')
    await shell.run('advance', '--override', 'metrics,samples', '--reason', 'x')
    expect(await shell.run('explain')).toBe('done')
    expect(shell.printed.out).toContain('RUNNING at step 1 of 2 (FEATURE_X at 10%)\n  … hold 0s of 1m (about 1m more), since 2027-')
    expect(shell.printed.out).not.toContain('then:')
    await shell.run('explain', 'FEATURE_X')
    expect(shell.printed.out).not.toContain('step 1 (core) takes it')
    expect(shell.printed.out).toContain('step 2 (core) takes it to 100%\n')
    await shell.run('explain', 'error_rate')
    expect(shell.printed.out).toMatch(/^error_rate at step 1 \(FEATURE_X at 10%\): unknown: first-poll/)
  })

  it('says which move was never confirmed', async () => {
    const plan = plainPlan(await shop({ requests: 100, errors: 0 })).replace(
      'use: env-file, path: web.env',
      "use: command, set: ['false', '{{value}}'], get: ['true']",
    )
    const shell = fakeShell({ clock: fakeClock(), files: { 'rollout.yaml': plan } })
    await shell.run('start')
    expect(await shell.run('advance', '--override', 'metrics,samples', '--reason', 'x')).toBe('partial')
    await shell.run('explain', 'FEATURE_X')
    expect(shell.printed.out).toContain('advance 0% → 10% by ana: x (not confirmed by every target)')
  })
})

describe('explain --user', () => {
  const EARLY = 'segments: { staff: { where: { email: { ends: "@example.com" } } } }\n'
  const shellOf = (): FakeShell => {
    const plan = plainPlan('http://127.0.0.1:1', EARLY).replace(
      '{ targets: [web] }',
      '{ targets: [web], segments: [staff], allow: [ada], deny: [eve] }',
    )
    return fakeShell({ files: { 'rollout.yaml': plan, 'web.env': 'FEATURE_X=false\n' } })
  }

  it.each([
    ['ada', [], { isOn: false, why: 'nobody' }, { step: 1, phase: 'core', exposure: '10%', isOn: true, why: 'allow' }],
    ['eve', [], { isOn: false, why: 'nobody' }, undefined],
    [
      'x',
      ['email=mary@example.com'],
      { isOn: false, why: 'nobody' },
      { step: 1, phase: 'core', exposure: '10%', isOn: true, why: 'segment', segment: 'staff' },
    ],
    ['user-1', [], { isOn: false, why: 'nobody' }, { step: 2, phase: 'core', exposure: '100%', isOn: true, why: 'everybody' }],
  ])('of %s %j before the start', async (user, attributes, now, next) => {
    const shell = shellOf()
    const more = attributes.length > 0 ? ['--attribute', ...attributes] : []
    expect(await shell.run('explain', '--user', user, ...more, '--json')).toBe('done')
    expect(shell.json<UserPage>()).toMatchObject({ user, started: false, toggles: [{ toggle: 'FEATURE_X', exposure: '0%', ...now }] })
    expect(shell.json<UserPage>().toggles[0]?.next).toEqual(next)
  })

  it('says where the bucket is, and by which rule somebody is in', async () => {
    const shell = shellOf()
    await shell.run('start')
    await shell.run('advance', '--override', 'metrics,samples', '--reason', 'x')
    expect(await shell.run('explain', '--user', 'user-1', '--attribute', 'email=a@example.com', 'plan=pro')).toBe('done')
    expect(shell.printed.out).toBe(`user-1 with email=a@example.com plan=pro

toggle     now  because           bucket                  then
FEATURE_X  on   in segment staff  76.51158% (3286147363)  no step changes that
`)
    await shell.run('explain', '--user', 'user-1')
    expect(shell.printed.out).toContain('FEATURE_X  off  76.51158% is not below 10%')
    expect(shell.printed.out).toContain('on with step 2 (core, 100%)')
    await shell.run('explain', '--user', 'eve')
    expect(shell.printed.out).toContain('FEATURE_X  off  denied')
  })

  it.each([
    [['--user', ''], 'the id is empty'],
    [['--user', 'x'.repeat(2 ** 20)], 'the id has 1048576 characters'],
    [['--user', '\ud800'], 'a lone surrogate'],
    [['--user', 'ada', '--attribute', 'plan'], '--attribute plan is not a name=value'],
    [['--attribute', 'plan=pro'], '--attribute needs --user'],
    [['FEATURE_X', '--user', 'ada'], '--user does not go with SUBJECT'],
  ])('%#: refuses what is no user', async (argv, said) => {
    const shell = shellOf()
    expect(await shell.run('explain', ...argv)).toBe('usage')
    expect(shell.printed.err).toContain(said)
  })
})

it('explain says what else a metric looks like, from the polls of the journal', async () => {
  const clock = fakeClock()
  const traffic = { share: 0, on: 0.005, off: 0.005 }
  const { groups } = await shopOf(clock, traffic)
  const shell = fakeShell({ clock, files: { 'rollout.yaml': groups, 'web.env': 'FEATURE_X=false\n' } })
  await shell.run('start')
  await shell.run('advance', '--override', 'metrics,samples', '--reason', 'first step')
  for (let [minute, atStep] = [0, 0]; minute < 25; minute += 1) {
    const share = Number(/(\d+)%/.exec(readFileSync(join(shell.cwd, 'web.env'), 'utf8'))?.[1] ?? 100) / 100
    atStep = share === traffic.share ? atStep + 1 : 0
    Object.assign(traffic, { share, on: atStep < 2 ? 0.013 : 0.005 })
    clock.advance(60_000)
    await shell.run('run', '--once')
  }
  await shell.run('explain', 'error_rate')
  expect(shell.printed.out).toMatch(
    /Looks like a cold start: with the toggle on 1\.\d+% are bad in the first 2m of a step, then 0\.\d+%; settle: 2m/,
  )
})
