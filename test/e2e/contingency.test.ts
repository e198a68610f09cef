import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Summary } from '../../src/core/report/summary.ts'
import type { Rehearsal } from '../../src/views/drill.ts'
import { shop } from '../helpers/shell.ts'
import { place } from './binary.ts'
import { until } from '../helpers/until.ts'

type Place = ReturnType<typeof place>

const traffic = { requests: 100, errors: 0 }
const url = await shop(traffic)

/** Two env files and two commands that work until their mode says "hang". */
const PLAN = `version: 1
name: shop
toggles:
  FEATURE_READ: { targets: [web, edge, one, two], core: true }
  FEATURE_WRITE: { targets: [web, edge, one, two], requires: [FEATURE_READ] }
targets:
  web: { use: env-file, path: web.env }
  edge: { use: env-file, path: edge.env }
  one: { use: command, set: [node, set.cjs, one, '{{name}}', '{{value}}'], get: [node, get.cjs, one, '{{name}}'], timeout: 1s }
  two: { use: command, set: [node, set.cjs, two, '{{name}}', '{{value}}'], get: [node, get.cjs, two, '{{name}}'], timeout: 1s }
metrics:
  error_rate:
    use: openmetrics
    url: ${url}
    ratio: { bad: 'http_requests_total{status=~"5.."}', total: http_requests_total }
    critical: "> 5%"
    minSamples: 10
    contingency: partial
interval: 50ms
contingencies:
  immediate: { do: rollback, scope: all }
  partial: { do: rollback, toggles: [FEATURE_WRITE], notify: [support] }
environments: { staging: { drill: true } }
phases:
  - { phase: core, toggles: [FEATURE_READ, FEATURE_WRITE], order: together, steps: [10%, 100%], hold: 0s, metrics: [error_rate], drill: immediate }
`
const HANG = "const fs = require('fs'); if (fs.readFileSync('mode', 'utf8') === 'hang') setInterval(() => 0, 1000); else "
const UP = ['advance', '--override', 'samples,metrics', '--reason', 'a test'] as const

/** At its first step: everything at 10 % on all four. */
async function risen(...environment: readonly string[]): Promise<Place> {
  const off = 'FEATURE_READ=false\nFEATURE_WRITE=false\n'
  const at = place({
    'rollout.yaml': PLAN,
    'web.env': off,
    'edge.env': off,
    'set.cjs': `${HANG}fs.writeFileSync(process.argv.slice(2, 4).join('-'), process.argv[4])`,
    'get.cjs': `${HANG}process.stdout.write(fs.readFileSync(process.argv.slice(2, 4).join('-'), 'utf8'))`,
    mode: 'fine',
  })
  for (const name of ['one-FEATURE_READ', 'one-FEATURE_WRITE', 'two-FEATURE_READ', 'two-FEATURE_WRITE']) at.write(name, 'false')
  expect(await at.rollout('start', ...environment)).toMatchObject({ code: 0 })
  expect(await at.rollout(...UP, ...environment)).toMatchObject({ code: 0 })
  return at
}

/** Every file below the folder: its bytes, its mode and when it was last written. */
function everything({ folder }: Place): Readonly<Record<string, string>> {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted()
  return Object.fromEntries(
    paths.map((path) => {
      const { mode, mtimeMs, ino } = statSync(join(folder, path))
      const bytes = statSync(join(folder, path)).isFile() ? readFileSync(join(folder, path)) : ''
      return [path, `${mode} ${mtimeMs} ${ino} ${createHash('sha256').update(bytes).digest('hex')}`]
    }),
  )
}

describe('a contingency by the built binary', () => {
  test('half of the targets hang: the others are where it leads, exit 10 names the rest, and any later command finishes', async () => {
    const at = await risen()
    at.write('mode', 'hang')
    const { code, out } = await at.rollout('rollback', '--contingency', 'partial')
    expect(code).toBe(10)
    for (const file of ['web.env', 'edge.env']) expect(at.read(file)).toMatch(/FEATURE_READ=10%\nFEATURE_WRITE=false/)
    for (const name of ['one', 'two']) expect(out).toContain(`✗ ${name}: node did not finish within 1s`)
    expect(out).toContain('node set.cjs one FEATURE_WRITE false')
    expect(JSON.parse((await at.rollout('status', '--json')).out)).toMatchObject({ status: 'rolled back' })
    at.write('mode', 'fine')
    expect(await at.rollout('rollback')).toMatchObject({ code: 0 })
    expect([at.read('one-FEATURE_READ'), at.read('one-FEATURE_WRITE'), at.read('two-FEATURE_WRITE')]).toEqual(['10%', 'false', 'false'])
  })

  test('a critical metric carries its contingency out, and not what the phase says', async () => {
    const at = await risen()
    traffic.errors = 50
    const { code } = await at.rollout('run', '--timeout', '100s')
    traffic.errors = 0
    expect(code).toBe(9)
    expect(at.read('web.env')).toMatch(/FEATURE_READ=10%\nFEATURE_WRITE=false/)
    const status: Summary = JSON.parse((await at.rollout('status', '--json')).out)
    expect(status.stopped?.why).toMatchObject({ code: 'critical', contingency: 'partial', metric: 'error_rate' })
    expect(status.stopped?.why.text).toContain('contingency partial: FEATURE_WRITE rolled back')
  })
})

describe('a drill by the built binary', () => {
  test.each(['fine', 'hang'])(
    'leaves targets, journal and every other file byte by byte as they were (%s)',
    async (mode) => {
      const at = await risen()
      at.write('mode', mode)
      const before = everything(at)
      const { code, out } = await at.rollout('drill', 'immediate', '--json')
      expect(everything(at)).toEqual(before)
      const report: Rehearsal = JSON.parse(out)
      expect(report.targets.map(({ name, error }) => [name, error !== undefined])).toEqual([
        ['web', false],
        ['edge', false],
        ['one', mode === 'hang'],
        ['two', mode === 'hang'],
      ])
      expect(report.changes).toEqual([
        { toggle: 'FEATURE_READ', from: '10%', to: '0%' },
        { toggle: 'FEATURE_WRITE', from: '10%', to: '0%' },
      ])
      expect(code).toBe(mode === 'hang' ? 10 : 0)
    },
    180_000,
  )

  test('for real on staging: back and forth through the journal, and never where the plan does not say so', async () => {
    const at = await risen('-e', 'staging')
    const { code, out } = await at.rollout('drill', 'immediate', '--apply', '-e', 'staging')
    expect([code, out]).toEqual([0, expect.stringContaining('and was put back')])
    expect([at.read('web.env'), at.read('two-FEATURE_WRITE')]).toEqual([
      expect.stringContaining('FEATURE_READ=10%\nFEATURE_WRITE=10%'),
      '10%',
    ])
    const { out: events } = await at.rollout('history', '--json', '-e', 'staging')
    expect(events).toContain('"drilled"')
    expect(await at.rollout('history', '--verify', '-e', 'staging')).toMatchObject({ code: 0 })
    // The same targets as production, by another journal that is not marked; half the way of the one is no baseline of the other.
    expect(await at.rollout('start')).toMatchObject({ code: 75, err: expect.stringContaining('shop@staging') })
    expect(await at.rollout('rollback', '-e', 'staging')).toMatchObject({ code: 0 })
    expect(await at.rollout('start')).toMatchObject({ code: 0 })
    const before = everything(at)
    // Two are under way now: without a name none is meant, and `-e ''` names the plan without an environment.
    expect(await at.rollout('drill', 'immediate', '--apply')).toMatchObject({ code: 64, err: expect.stringContaining('-e staging') })
    expect(await at.rollout('drill', 'immediate', '--apply', '-e', '')).toMatchObject({ code: 77 })
    expect(everything(at)).toEqual(before)
  })

  test('for real with half of the targets hanging: refused before anything is touched', async () => {
    const at = await risen('-e', 'staging')
    at.write('mode', 'hang')
    const before = everything(at)
    const { code, err } = await at.rollout('drill', 'immediate', '--apply', '-e', 'staging')
    expect([code, err]).toEqual([69, expect.stringContaining('nothing was touched')])
    expect(at.read('web.env')).toContain('FEATURE_READ=10%')
    // The lease is no event, and is given up again.
    const same = ([path]: readonly [string, string]): boolean => !path.startsWith('.rollout')
    expect(Object.entries(everything(at)).filter(same)).toEqual(Object.entries(before).filter(same))
  })

  test('killed in the middle: rolled back or on its way back, and one more rollback makes sure', async () => {
    const at = await risen('-e', 'staging')
    const running = at.launch(['drill', 'immediate', '--apply', '-e', 'staging'])
    await until('the file is rolled back', () => at.read('web.env').includes('FEATURE_READ=false'), { every: 5 })
    running.kill('SIGKILL')
    await running.ended
    const { status }: Summary = JSON.parse((await at.rollout('status', '--json', '-e', 'staging')).out)
    expect(status).toBe('rolled back')
    expect(await at.rollout('rollback', '-e', 'staging')).toMatchObject({ code: 0 })
    expect([at.read('web.env'), at.read('one-FEATURE_READ')]).toEqual([expect.stringContaining('FEATURE_READ=false'), 'false'])
    expect(await at.rollout('history', '--verify', '-e', 'staging')).toMatchObject({ code: 0 })
  })
})
