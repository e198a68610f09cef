import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { outcomeOfRows } from '../../../src/commands/check/examine-rollout.ts'
import type { CheckReport, CheckRow } from '../../../src/views/check.ts'
import { fakeClock } from '../../helpers/memory.ts'
import { plainPlan, shopShell } from '../../helpers/plans.ts'
import { fakeShell, serve, shop } from '../../helpers/shell.ts'

const DEAD = 'http://127.0.0.1:1/metrics'
const off = { 'web.env': 'FEATURE_X=false\n' }

const verdicts = (rows: readonly CheckRow[]): string[] => rows.map(({ what, verdict }) => `${what} ${verdict}`)

describe('check config', () => {
  it('says where the plan is wrong, and exits 78', async () => {
    const shell = fakeShell({ files: { 'rollout.yaml': plainPlan(DEAD).replace('name: shop', 'nmae: shop') } })
    expect(await shell.run('check', 'config', '--json')).toBe('config')
    const { outcome, rows } = shell.json<CheckReport>()
    expect(outcome).toBe('config')
    expect(rows[0]).toMatchObject({ what: 'config', verdict: 'failed', where: { file: 'rollout.yaml' } })
    expect(rows.find(({ text }) => text.includes('nmae'))).toMatchObject({ where: { line: 2, column: 1 }, hint: 'did you mean name?' })
  })

  it('answers for the file alone, whatever was rolled out of it', async () => {
    const more = 'environments: { staging: { hold: 5m }, production: { hold: 10m } }\n'
    const files = { 'rollout.yaml': plainPlan(await shop({ requests: 100, errors: 0 }), more), ...off }
    const shell = fakeShell({ clock: fakeClock(), files })
    for (const env of ['staging', 'production']) expect(await shell.run('start', '-e', env)).toBe('done')
    expect(await shell.run('check', 'config')).toBe('done')
    expect(await shell.run('check')).toBe('usage')
  })

  it.each([
    [undefined, './mine.mjs cannot be loaded: Cannot find module'],
    ['export default {', './mine.mjs cannot be loaded: '],
    ['throw new Error("not today")', './mine.mjs cannot be loaded: not today'],
    ['export default 7', './mine.mjs is not a target: default is missing, or no object'],
    ['export const x = 1', './mine.mjs is not a target: default is missing, or no object'],
  ])("takes a broken adapter of the user's own for an error in the plan: %j", async (source, said) => {
    const plan = plainPlan(DEAD).replace('{ use: env-file, path: web.env }', '{ use: ./mine.mjs }')
    const shell = fakeShell({ files: { 'rollout.yaml': plan, ...(source !== undefined && { 'mine.mjs': source }) } })
    expect(await shell.run('check', 'config')).toBe('config')
    expect(shell.printed.out).toContain(said)
  })

  it('touches nothing but the plan', async () => {
    const shell = fakeShell({ files: { 'rollout.yaml': plainPlan(DEAD) } })
    expect(await shell.run('check', 'config')).toBe('done')
    expect(shell.printed.out).toBe('✓ config  1 toggle, 1 phase\ngo\n')
  })

  it.each([['plan'], ['metric']])('does not know %s', async (what) => {
    const shell = fakeShell()
    expect(await shell.run('check', what)).toBe('usage')
    expect(shell.printed.err).toContain('one of config, targets, metrics, gates')
  })

  it('refuses a verdict --fail-on does not know', async () => {
    expect(await fakeShell().run('check', '--fail-on', 'maybe')).toBe('usage')
  })
})

describe('check before anything is started', () => {
  it('exits 69 when a target cannot be read', async () => {
    const shell = fakeShell({ files: { 'rollout.yaml': plainPlan(DEAD) } })
    expect(await shell.run('check', 'targets', '--json')).toBe('unreachable')
    expect(shell.json<CheckReport>().rows[1]).toMatchObject({
      what: 'targets',
      verdict: 'unreachable',
      text: expect.stringContaining('does not exist'),
    })
  })

  it('exits 69 when no metric can be reached', async () => {
    const shell = fakeShell({ files: { 'rollout.yaml': plainPlan(DEAD), ...off } })
    expect(await shell.run('check', 'metrics', '--json')).toBe('unreachable')
    expect(shell.json<CheckReport>().rows[1]).toMatchObject({
      what: 'metrics',
      name: 'error_rate',
      verdict: 'unreachable',
      text: expect.stringContaining('connection refused'),
    })
  })

  it('takes one silent metric of several for unknown, not for unreachable', async () => {
    const url = await shop({ requests: 100, errors: 0 })
    const both = plainPlan(url)
      .replace('interval:', `  dark: { use: json, url: "${DEAD}", path: a, critical: "> 5" }\ninterval:`)
      .replace('metrics: [error_rate]', 'metrics: [error_rate, dark]')
    const shell = fakeShell({ clock: fakeClock(), files: { 'rollout.yaml': both, ...off } })
    expect(await shell.run('check', 'metrics', '--json')).toBe('notYet')
    expect(verdicts(shell.json<CheckReport>().rows)).toEqual(['config ok', 'metrics ok', 'metrics unknown'])
  })

  it('exits 9 when a target holds something that is no word', async () => {
    const shell = fakeShell({ files: { 'rollout.yaml': plainPlan(DEAD), 'web.env': 'FEATURE_X=0.1\n' } })
    expect(await shell.run('check', 'targets')).toBe('unhealthy')
    expect(shell.printed.out).toContain('FEATURE_X=0.1: not a word')
  })

  it.each([
    { errors: 0, outcome: 'done', text: '0% < 1% (0 of 100)' },
    { errors: 3, outcome: 'notYet', text: '3% > 2% (3 of 100)' },
    { errors: 8, outcome: 'notYet', text: '8% > 5% (8 of 100), at most 19.6% so far, 5% is not ruled out: evidence 0.9:1, limit 100' },
  ])('polls a counter twice and judges $errors errors of 100', async ({ errors, outcome, text }) => {
    const shell = await shopShell({ requests: 100, errors })
    expect(await shell.run('check', '--json')).toBe(outcome)
    expect(shell.json<CheckReport>().rows.find(({ what }) => what === 'metrics')?.text).toBe(text)
  })

  it('takes too few samples for unknown: not yet', async () => {
    const shell = await shopShell({ requests: 3, errors: 0 })
    expect(await shell.run('check')).toBe('notYet')
    expect(shell.printed.out).toContain('3 of 10 samples')
    expect(await shell.run('check', '--fail-on', 'unknown')).toBe('unhealthy')
  })

  it('does not say go for gates that are not there yet', async () => {
    const shell = await shopShell({ requests: 100, errors: 0 })
    expect(await shell.run('check', 'gates')).toBe('notYet')
    expect(shell.printed.out).toContain('nothing was started yet')
  })

  it('ends at --timeout with 124, and blames no target for it', async () => {
    const url = await serve(() => undefined)
    const shell = fakeShell({ files: { 'rollout.yaml': plainPlan(url), ...off } })
    expect(await shell.run('check', '--timeout', '200ms')).toBe('timeout')
    expect(shell.printed.out).toBe('')
  })
})

describe('the outcome', () => {
  const row = (verdict: CheckRow['verdict'], what: CheckRow['what'] = 'metrics'): CheckRow => ({ what, name: 'x', verdict, text: '' })

  it.each([
    [[], 'critical', 'done'],
    [['ok'], 'critical', 'done'],
    [['ok', 'waiting'], 'critical', 'notYet'],
    [['unknown'], 'critical', 'notYet'],
    [['unknown'], 'warning', 'notYet'],
    [['unknown'], 'unknown', 'unhealthy'],
    [['warning'], 'critical', 'notYet'],
    [['warning'], 'warning', 'unhealthy'],
    [['waiting'], 'unknown', 'notYet'],
    [['critical', 'waiting'], 'critical', 'unhealthy'],
    [['failed'], 'critical', 'unhealthy'],
    [['unreachable', 'critical'], 'critical', 'unreachable'],
  ] as const)('of %j with --fail-on %s is %s', (given, failOn, outcome) => {
    expect(
      outcomeOfRows(
        given.map((verdict) => row(verdict)),
        failOn,
      ),
    ).toBe(outcome)
  })

  it('is not changed by a warning about the plan', () => {
    expect(outcomeOfRows([row('warning', 'config')], 'unknown')).toBe('done')
  })

  it('is go only when every row is ok, and never better under a stricter --fail-on', () => {
    const any = fc.array(fc.constantFrom<CheckRow['verdict']>('ok', 'warning', 'waiting', 'unknown', 'critical', 'failed', 'unreachable'))
    const rank = { done: 0, notYet: 1, unhealthy: 2, unreachable: 3 } as Record<string, number>
    fc.assert(
      fc.property(any, (all) => {
        const rows = all.map((verdict) => row(verdict))
        const [critical = 9, warning = 9, unknown = 9] = ['critical', 'warning', 'unknown'].map(
          (failOn) => rank[outcomeOfRows(rows, failOn)],
        )
        expect(critical === 0).toBe(all.every((verdict) => verdict === 'ok'))
        expect(critical <= warning && warning <= unknown).toBe(true)
      }),
    )
  })
})
