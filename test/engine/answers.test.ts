import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { Gate } from '../../src/core/policy/gates.ts'
import { openToggles } from '../../src/sdk/index.ts'
import { openMeter } from '../../src/sdk/metrics.ts'
import { openInbox } from '../helpers/inbox.ts'
import { hasPrometheus, startPrometheus } from '../helpers/prometheus.ts'
import { fakeShell, serve, type FakeShell } from '../helpers/shell.ts'
import { until } from '../helpers/until.ts'

if (!hasPrometheus()) console.warn('SKIPPED: no prometheus on this machine; on Debian: apt-get install prometheus')

const closing: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

const plan = (metric: string, inbox: string) => `version: 1
name: shop
toggles:
  FEATURE_OLD: { kind: legacy, default: on, owner: search, targets: [web] }
targets: { web: { use: env-file, path: web.env, create: true } }
metrics: { errors: ${metric} }
notify: { team: { use: webhook, url: "${inbox}", events: [in-use] } }
interval: 500ms
phases: [{ phase: gone, toggles: [FEATURE_OLD], metrics: [], hold: 0s, steps: [50%, { to: 100%, unused: 3s }] }]
`

/** The old way, an application that has it in its file, and some that still use it until they are told. */
async function setUp(metricOf: (url: string) => Promise<string>) {
  const inbox = await openInbox()
  const shell = fakeShell({ files: { 'web.env': 'FEATURE_OLD=true\n' } })
  const meter = openMeter()
  const toggles = openToggles({ env: {}, file: join(shell.cwd, 'web.env'), every: 10, meter })
  closing.push(() => toggles.close())
  const users = new Set(Array.from({ length: 40 }, (_, nth) => `user-${nth}`))
  const url = await serve((_, response) => {
    toggles.isEnabled('FEATURE_OTHER', 'somebody')
    for (const user of users) toggles.isEnabled('FEATURE_OLD', user)
    response.setHeader('content-type', 'text/plain; version=0.0.4')
    response.end(meter.text())
  })
  shell.write('rollout.yaml', plan(await metricOf(url), inbox.url))
  expect(await shell.run('start')).toBe('done')
  expect(await shell.run('advance')).toBe('done')
  return { shell, users, inbox }
}

async function gateOf(shell: FakeShell): Promise<Gate | undefined> {
  await shell.run('advance', '--dry-run', '--json')
  return shell.json<{ gates: readonly Gate[] }>().gates.find(({ name }) => name === 'unused')
}

/** The last step waits while somebody uses what goes, their owner is told once, and it is taken when nobody has for so long. */
async function endsWithItsUsers({ shell, users, inbox }: Awaited<ReturnType<typeof setUp>>): Promise<void> {
  await until('it is known that somebody uses it', async () => (await gateOf(shell))?.missing?.[0]?.owner === 'search')
  for (const _ of [1, 2]) expect(await shell.run('advance')).toBe('notYet')
  expect(shell.printed.out).toMatch(/unused \S+ of 3s \(FEATURE_OLD last answered on 20/)
  expect(inbox.json()).toMatchObject([
    { type: 'rollout.in-use', data: { about: expect.stringMatching(/^FEATURE_OLD \(search\) was last answered on 20/) } },
  ])
  users.clear()
  await until('nobody has used it for 3s', async () => (await shell.run('run', '--once')) === 'done', { every: 200 })
  await shell.run('history')
  expect(shell.printed.out).toMatch(/FEATURE_OLD 50% → 0% {2}unused \S+ of 3s \(FEATURE_OLD last answered on \S+ \S+\) auto/)
  expect(inbox.received).toHaveLength(1)
  // What was heard stands in the journal: played again it leads to the same.
  expect(await shell.run('backtest', '--journal')).toBe('done')
  expect(shell.printed.out).toContain('✓ 2 of what was measured, each the same again to the last bit')
}

describe('a legacy toggle that goes with its last users', () => {
  it('by the page of its application', async () =>
    endsWithItsUsers(await setUp(async (url) => `{ use: openmetrics, url: "${url}/metrics", value: up }`)))

  it.runIf(hasPrometheus())('by what Prometheus remembers', async () => {
    const metric = async (url: string): Promise<string> => {
      const prometheus = await startPrometheus(url)
      closing.push(async () => prometheus.close())
      return `{ use: prometheus, url: "${prometheus.url}", query: "up" }`
    }
    await endsWithItsUsers(await setUp(metric))
  })

  it('stays while nobody knows, unless a person says so', async () => {
    const { shell } = await setUp(async () => '{ use: openmetrics, url: "http://127.0.0.1:1/metrics", value: up }')
    expect(await shell.run('advance')).toBe('notYet')
    expect(shell.printed.out).toContain('unused FEATURE_OLD: nobody knows (errors does not tell when toggles were last asked: ')
    expect(await shell.run('advance', '--override', 'unused', '--reason', 'their contract has ended')).toBe('done')
  })
})
