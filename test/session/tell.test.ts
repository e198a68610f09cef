import { text } from 'node:stream/consumers'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openInbox, type Inbox } from '../helpers/inbox.ts'
import { plainPlan } from '../helpers/plans.ts'
import { fakeShell, realClock, serve, shop, type FakeShell } from '../helpers/shell.ts'

const GO = ['advance', '--override', 'samples,metrics,hold', '--reason', 'test'] as const

interface Hook {
  readonly type: string
  readonly data: { readonly id: string; readonly text: string; readonly reason?: string }
}

async function opened(notify: string, env: Record<string, string> = {}): Promise<FakeShell> {
  const plan = plainPlan(await shop({ requests: 100, errors: 0 }), `notify:\n${notify}`)
  return fakeShell({ env: { PATH: process.env['PATH'], ...env }, files: { 'rollout.yaml': plan, 'web.env': 'FEATURE_X=false\n' } })
}

const kinds = (inbox: Inbox): readonly string[] => inbox.json<Hook>().map(({ type }) => type)

async function journal(
  shell: FakeShell,
): Promise<readonly { readonly type: string; readonly channel?: string; readonly error?: string }[]> {
  expect(await shell.run('history', '--all', '--json')).toBe('done')
  return shell.json<{ events: { type: string }[] }>().events.toReversed()
}

/** A plan of this name, of which staging is an environment, and the words that it begins with. */
const named = (name: string, url: string): string => `version: 1
name: ${name}
toggles: { FEATURE_${name.toUpperCase()}: { targets: [web] } }
targets: { web: { use: env-file, path: web.env, create: true } }
notify: { log: { use: webhook, url: '${url}', events: [started, paused, rolled-back] } }
environments: { staging: { hold: 1s } }
phases: [{ phase: core, toggles: [FEATURE_${name.toUpperCase()}], steps: [50%, 100%], hold: 0s }]
`

describe('one command for several rollouts', () => {
  it('tells of each of them', async () => {
    const inbox = await openInbox()
    const files = { 'cart.yaml': named('cart', inbox.url), 'pay.yaml': named('pay', inbox.url) }
    const shell = fakeShell({ env: { PATH: process.env['PATH'] }, files })
    for (const name of ['cart', 'pay']) expect(await shell.run('start', '-f', `${name}.yaml`)).toBe('done')
    for (const verb of ['pause', 'rollback']) expect(await shell.run(verb, '--every', '-f', 'cart.yaml')).toBe('done')
    const told = ['rollout.started', 'rollout.started', 'rollout.paused', 'rollout.paused', 'rollout.rolled-back', 'rollout.rolled-back']
    expect(kinds(inbox)).toEqual(told)
  })

  it('and start tells of the one that it begins, beside others of the same name', async () => {
    const inbox = await openInbox()
    const shell = fakeShell({ env: { PATH: process.env['PATH'] }, files: { 'rollout.yaml': named('cart', inbox.url) } })
    expect(await shell.run('start', '-e', 'staging')).toBe('done')
    expect(await shell.run('start')).toBe('done')
    expect(kinds(inbox)).toEqual(['rollout.started', 'rollout.started'])
    expect(shell.printed.err).not.toContain('told')
  })
})

describe('every command that changes something tells', () => {
  it('what it did, once, in order, and takes it down', async () => {
    const inbox = await openInbox()
    const shell = await opened(`  log: { use: webhook, url: "${inbox.url}" }`)
    for (const argv of [['start'], GO, ['pause', '--reason', '<b>lunch</b>'], ['resume'], ['rollback', '--reason', 'it hurts']])
      expect(await shell.run(...argv)).toBe('done')
    expect(kinds(inbox)).toEqual([
      'rollout.started',
      'rollout.advanced',
      'rollout.paused',
      'rollout.resumed',
      'rollout.rolled-back',
      'rollout.confirmed',
    ])
    const texts = inbox.json<Hook>().map(({ data }) => data.text)
    expect([texts[1], texts.at(-1)]).toEqual([
      'FEATURE_X 0% → 10%: overriding samples, metrics, hold: test · step 1 of 2, phase core · by ana',
      'FEATURE_X 10% → 0%: every target has confirmed it · before step 1 of 2, phase core · by ana',
    ])
    expect(inbox.json<Hook>().at(-2)?.data).toMatchObject({
      text: 'FEATURE_X 10% → 0%: it hurts · step 1 of 2, phase core · by ana',
      reason: 'it hurts',
    })
    expect(new Set(inbox.json<Hook>().map(({ data }) => data.id)).size).toBe(6)
    expect((await journal(shell)).filter(({ type }) => type === 'notified')).toHaveLength(5)
    // A history is what happened to the rollout; who was told is in --all.
    await shell.run('history', '--json')
    expect(shell.json<{ events: { type: string }[] }>().events.some(({ type }) => type === 'notified')).toBe(false)
    expect(await shell.run('history', '--verify')).toBe('done')
  })

  it('and what a channel refuses is in status, doctor and history, and keeps nothing after it waiting', async () => {
    const told: string[] = []
    const url = await serve(async (request, response) => {
      const { type } = JSON.parse(await text(request)) as Hook
      told.push(type)
      response.writeHead(type === 'rollout.paused' ? 413 : 200).end()
    })
    const shell = await opened(`  log: { use: webhook, url: "${url}" }`)
    for (const argv of [['start'], ['pause', '--reason', 'lunch'], ['resume']]) await shell.run(...argv)
    expect(told).toEqual(['rollout.started', 'rollout.paused', 'rollout.paused', 'rollout.resumed'])
    const refused = `${url} answered 413`
    expect(shell.printed.err).toBe(`! log refused to be told of #3: ${refused}\n`)
    for (const verb of ['status', 'doctor']) {
      await shell.run(verb)
      expect(shell.printed.out).toContain(`could not be told of #3 (paused): ${refused}`)
    }
    await shell.run('history')
    expect(shell.printed.out).toContain(`log could not be told of #3: ${refused}`)
  })

  it('--json stays one value', async () => {
    const shell = await opened('  gone: { use: webhook, url: "http://127.0.0.1:9" }')
    expect(await shell.run('start', '--json')).toBe('done')
    expect(shell.json<{ status: string }>().status).toBe('running')
    expect(shell.printed.err).toBe('! gone was not told: http://127.0.0.1:9: connection refused\n')
  })

  it('a channel that is dead changes no outcome, and is told by the next command when it is back', async () => {
    const inbox = await openInbox()
    Object.assign(inbox, { answer: 503, says: 'down' })
    const shell = await opened(`  ops: { use: webhook, url: "${inbox.url}", audience: on-call }`)
    await shell.run('start')
    await shell.run(...GO)
    expect(await shell.run('rollback', '--reason', 'it hurts')).toBe('done')
    expect(shell.printed.err).toContain(`! ops was not told: ${inbox.url} answered 503: down`)
    inbox.received.length = 0
    inbox.answer = 200
    expect(await shell.run('resume')).toBe('done')
    expect(kinds(inbox)).toEqual(['rollout.started', 'rollout.rolled-back', 'rollout.confirmed', 'rollout.resumed'])
    expect(shell.printed.err).toBe('')
  })

  it('while a controller watches, that is the one who tells', async () => {
    const inbox = await openInbox()
    const shell = await opened(`  log: { use: webhook, url: "${inbox.url}" }`)
    await shell.run('start')
    const other = { ...shell.self, host: 'elsewhere', pid: 7 }
    const { openFileStore } = await import('../../src/adapters/state/file.ts')
    const store = await openFileStore(join(shell.cwd, '.rollout'), { clock: shell.clock }).open('shop')
    const lease = { holder: other, since: Date.now() }
    expect(await store.takeLease(lease, 60_000)).toEqual(lease)
    await shell.run('pause')
    expect(kinds(inbox)).toEqual(['rollout.started'])
    await store.dropLease(lease)
    await shell.run('resume')
    expect(kinds(inbox)).toEqual(['rollout.started', 'rollout.paused', 'rollout.resumed'])
  })

  it('a run tells what it decided by itself', async () => {
    const inbox = await openInbox()
    const traffic = { requests: 100, errors: 0 }
    const plan = plainPlan(await shop(traffic), `notify: { log: { use: webhook, url: "${inbox.url}", audience: on-call } }`).replace(
      'interval: 1s',
      'interval: 50ms',
    )
    const shell = fakeShell({ files: { 'rollout.yaml': plan, 'web.env': 'FEATURE_X=false\n' } })
    await shell.run('start')
    await shell.run(...GO)
    traffic.errors = 50
    expect(await shell.run('run')).toBe('unhealthy')
    expect(kinds(inbox)).toEqual(['rollout.started', 'rollout.rolled-back', 'rollout.confirmed'])
    expect(inbox.json<Hook>()[1]?.data.text).toMatch(
      /^FEATURE_X 10% → 0%: error_rate \d.*% > 5% \(\d+ of \d+\), 99% sure: evidence \d+:1, limit 100 · step 1 of 2, phase core · by itself$/,
    )
  })

  it.each([[['run']], [['run', '--once']]])('%j says at its end which channel does not know yet', async (argv) => {
    const plan = plainPlan(await shop({ requests: 100, errors: 0 }), 'notify: { gone: { use: webhook, url: "http://127.0.0.1:9" } }')
    const shell = fakeShell({ files: { 'rollout.yaml': plan, 'web.env': 'FEATURE_X=false\n' } })
    await shell.run('start')
    await shell.run(...GO)
    await shell.run('rollback', '--reason', 'it hurts')
    expect(await shell.run(...argv)).toBe('unhealthy')
    expect(shell.printed.err.split('\n')).toContain('! gone was not told: http://127.0.0.1:9: connection refused')
  })

  it('run --once tells as well', async () => {
    const inbox = await openInbox()
    const traffic = { requests: 100, errors: 50 }
    const plan = plainPlan(await shop(traffic), `notify: { log: { use: webhook, url: "${inbox.url}", events: [rolled-back] } }`)
    const shell = fakeShell({ files: { 'rollout.yaml': plan, 'web.env': 'FEATURE_X=false\n' } })
    await shell.run('start')
    await shell.run(...GO)
    for (let nth = 0; nth < 3; nth += 1) await shell.run('run', '--once')
    expect(kinds(inbox)).toEqual(['rollout.rolled-back'])
  })
})

describe('a channel whose secret is missing', () => {
  const notify = '  chat: { use: slack, url: "${SLACK_URL}" }'

  it('is one clear error at start and for the doctor, at its place', async () => {
    const shell = await opened(notify)
    expect(await shell.run('start')).toBe('config')
    expect(shell.printed.err).toBe(
      '✗ rollout.yaml:20:28 notify.chat.url SLACK_URL is not set\n  set it, or give a default: ${SLACK_URL:-value}\n',
    )
    expect(await shell.run('doctor')).toBe('config')
    expect(shell.printed.out).toContain('notify.chat.url SLACK_URL is not set')
  })

  it('never stops a rollback, with a journal or without', async () => {
    const inbox = await openInbox()
    const env: Record<string, string> = { SLACK_URL: inbox.url }
    const shell = await opened(notify, env)
    await shell.run('start')
    await shell.run(...GO)
    const gone = { ...shell, env: { PATH: process.env['PATH'] } }
    const { main } = await import('../../src/cli.ts')
    expect(await main(['rollback'], gone)).toBe('done')
    expect(shell.printed.err).toContain('! chat was not told: notify.chat: SLACK_URL is not set\n')
    rmSync(join(shell.cwd, '.rollout'), { recursive: true })
    shell.printed.err = ''
    expect([await main(['rollback', '--all'], gone), shell.printed.err]).toEqual([
      'done',
      expect.stringMatching(/^ {2}web ✓ .*\n! chat was not told: notify\.chat: SLACK_URL is not set\n$/),
    ])
  })
})

describe('break-glass, without a journal', () => {
  it('tells once, as well as it can', async () => {
    const inbox = await openInbox()
    const shell = await opened(
      `  log: { use: webhook, url: "${inbox.url}" }\n  quiet: { use: webhook, url: "${inbox.url}", events: [started] }\n  gone: { use: webhook, url: "http://127.0.0.1:9" }`,
    )
    await shell.run('start')
    await shell.run(...GO)
    shell.write('.rollout/shop/000000000001.json', 'damaged')
    inbox.received.length = 0
    expect(await shell.run('rollback', '--all', '--break-glass', '--reason', 'fire')).toBe('done')
    expect(inbox.json<Hook>()).toMatchObject([
      {
        type: 'rollout.rolled-back',
        data: { reason: 'fire', text: expect.stringMatching(/^break-glass, because the journal cannot be used: /) },
      },
    ])
    expect(shell.printed.err).toContain('! gone was not told: http://127.0.0.1:9: connection refused\n')
  })
})

describe('doctor', () => {
  it('names whom it would tell, and with --notify tries every channel', async () => {
    const inbox = await openInbox()
    const shell = await opened(
      `  log: { use: webhook, url: "${inbox.url}", events: [paused] }\n  gone: { use: slack, url: "http://127.0.0.1:9/services/x" }`,
    )
    const rows = async (...more: readonly string[]) => {
      const outcome = await shell.run('doctor', '--json', ...more)
      return {
        outcome,
        rows: shell
          .json<{ findings: { what: string; level: string; text: string }[] }>()
          .findings.filter(({ what }) => what.startsWith('notify ')),
      }
    }
    expect((await rows()).rows).toEqual([
      { what: 'notify log', level: 'ok', text: 'tells team of paused; --notify tries it' },
      { what: 'notify gone', level: 'ok', text: expect.stringMatching(/^tells team of started, .*; --notify tries it$/) },
    ])
    expect(inbox.received).toEqual([])
    expect(await rows('--notify')).toEqual({
      outcome: 'unreachable',
      rows: [
        { what: 'notify log', level: 'ok', text: 'was sent a test message' },
        { what: 'notify gone', level: 'failed', text: 'http://127.0.0.1:9: connection refused' },
      ],
    })
    expect(kinds(inbox)).toEqual(['rollout.test'])
  })
})

describe('history --format cdevents', () => {
  it('is a batch of CloudEvents of everything worth telling, oldest first, whether or not anybody was told', async () => {
    const shell = await opened('  log: { use: webhook, url: "http://127.0.0.1:9", events: [] }')
    await shell.run('start')
    await shell.run(...GO)
    await shell.run('rollback', '--reason', 'it hurts')
    expect(await shell.run('history', '--format', 'cdevents')).toBe('done')
    const events = shell.json<{ specversion: string; type: string; data: { customData: { reason?: string } } }[]>()
    expect(events.map(({ specversion, type }) => `${specversion} ${type}`)).toEqual([
      '1.0 dev.cdevents.pipelinerun.started.0.2.0',
      '1.0 dev.cdevents.environment.modified.0.2.0',
      '1.0 dev.cdevents.incident.detected.0.2.0',
      '1.0 dev.cdevents.environment.modified.0.2.0',
    ])
    expect(events[2]?.data.customData.reason).toBe('it hurts')
    expect(await shell.run('history', '--format', 'cdevents', '--limit', '1')).toBe('usage')
    expect(await shell.run('history', '--format', 'other')).toBe('usage')
  })

  it('--json is written event by event, as one value', async () => {
    const shell = await opened('  log: { use: webhook, url: "http://127.0.0.1:9", events: [] }')
    await shell.run('start')
    for (let nth = 0; nth < 5; nth += 1) {
      await shell.run('pause')
      await shell.run('resume')
    }
    const writes: string[] = []
    const { main } = await import('../../src/cli.ts')
    expect(
      await main(['history', '--json'], { ...shell, clock: realClock(), out: { ...shell.out, write: (text) => void writes.push(text) } }),
    ).toBe('done')
    expect(JSON.parse(writes.join(''))).toMatchObject({ kind: 'history', version: 1, events: { length: 11 } })
    expect(writes).toHaveLength(14)
    await shell.run('history', '--json', '--limit', '2')
    expect(shell.json<{ events: { type: string }[] }>().events.map(({ type }) => type)).toEqual(['resumed', 'paused'])
  })
})
