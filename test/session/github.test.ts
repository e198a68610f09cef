import * as fc from 'fast-check'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { annotationOf, fence, reportToGitHub } from '../../src/session/github.ts'
import type { CheckReport, CheckRow } from '../../src/views/check.ts'
import { commandsIn, HOSTILE, readOutputs } from '../helpers/github.ts'
import { plainPlan } from '../helpers/plans.ts'
import { fakeShell } from '../helpers/shell.ts'

function reported(report: Partial<CheckReport> & { readonly rows: readonly CheckRow[] }) {
  const shell = fakeShell()
  const files = { GITHUB_OUTPUT: join(shell.cwd, 'output'), GITHUB_STEP_SUMMARY: join(shell.cwd, 'summary') }
  const whole = { outcome: 'unhealthy', ...report } as const
  reportToGitHub({ ...shell, env: files }, whole)
  return {
    out: annotationOf(whole),
    raw: readFileSync(files.GITHUB_OUTPUT, 'utf8'),
    summary: readFileSync(files.GITHUB_STEP_SUMMARY, 'utf8'),
  }
}

const row = (text: string, more: Partial<CheckRow> = {}): CheckRow => ({
  what: 'metrics',
  name: 'errors',
  verdict: 'critical',
  text,
  ...more,
})

describe('what a metric or a target answered cannot speak for the gate', () => {
  it.each(HOSTILE)('outputs stay three keys: %j', (text) => {
    const outputs = readOutputs(reported({ rows: [row(text)], step: 2 }).raw)
    expect(Object.keys(outputs)).toEqual(['result', 'step', 'reason'])
    expect(outputs).toMatchObject({ result: 'unhealthy', step: '2' })
    expect(outputs['reason']).not.toContain('\n')
  })

  it.each(HOSTILE)('one annotation and no other command: %j', (text) => {
    const { out } = reported({ rows: [row(text)] })
    expect(commandsIn(out)).toHaveLength(1)
    expect(out).toMatch(/^::error title=rollout check%3A metrics errors::[^\r\n]*\n$/)
  })

  it.each(HOSTILE)('one row of the summary, and nothing that is Markdown or HTML: %j', (text) => {
    const { summary } = reported({ rows: [row(text)] })
    const [last = ''] = summary.trimEnd().split('\n').slice(-1)
    expect(summary.trimEnd().split('\n')).toHaveLength(5)
    expect(last.split('|')).toHaveLength(6)
    expect(last.replaceAll(/&(?:#\d+|gt);/g, '')).not.toMatch(/[<>`*_[\]\\&]/)
  })

  it('whatever the text is', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('\n', '\r', ':', '%', '<', '=', '#', '[', '|', 'a', '\u2028') }), (text) => {
        const { out, raw } = reported({ rows: [row(text, { name: text, where: { file: text, line: 1, column: 2 } })] })
        expect(Object.keys(readOutputs(raw))).toEqual(['result', 'step', 'reason'])
        expect(out.split(/\r\n|\n|\r/)).toHaveLength(2)
        // A property ends at a comma, the list of them at `::`.
        const [, properties = ''] = /^::error (.*?)::/s.exec(out) ?? []
        expect(properties.split(',').map((each) => each.split('=')[0])).toEqual(
          text === '' ? ['line', 'col', 'title'] : ['file', 'line', 'col', 'title'],
        )
      }),
      { numRuns: 60 },
    )
  })

  it('a delimiter is never used twice', () => {
    const delimiters = [...reported({ rows: [row('x')] }).raw.matchAll(/<<(.+)/g)].map(([, each]) => each)
    expect(new Set(delimiters).size).toBe(3)
  })

  it('text between the fence posts is not acted on', () => {
    const text = `${HOSTILE.join('\n')}\n`
    expect(commandsIn(text).length).toBeGreaterThan(3)
    expect(commandsIn(fence(text, 'token') + '::notice::after\n')).toEqual(['::notice::after'])
  })
})

describe('the annotation', () => {
  it('is of the worst thing, at its place', () => {
    const rows = [
      row('fine', { verdict: 'ok' }),
      row('soon', { verdict: 'waiting' }),
      row('a: b, 100%', { what: 'config', name: 'plan', verdict: 'failed', where: { file: 'a,b:c.yaml', line: 3, column: 7 } }),
    ]
    expect(reported({ rows, outcome: 'config' }).out).toBe(
      '::error file=a%2Cb%3Ac.yaml,line=3,col=7,title=rollout check%3A config plan::a: b, 100%25\n',
    )
  })

  it('is a notice while it only waits, and none when all is well', () => {
    expect(reported({ rows: [row('hold', { verdict: 'waiting' })], outcome: 'notYet' }).out).toMatch(/^::notice /)
    expect(reported({ rows: [row('fine', { verdict: 'ok' })], outcome: 'done' })).toMatchObject({
      out: '',
      raw: expect.stringContaining('everything is healthy'),
    })
  })

  it('is not of an overdue toggle when something else stops the gate', () => {
    const { out } = reported({
      rows: [row('overdue', { what: 'config', verdict: 'warning' }), row('hold', { verdict: 'waiting' })],
      outcome: 'notYet',
    })
    expect(out).toMatch(/^::notice .*::hold\n$/)
  })
})

describe('check on GitHub', () => {
  const broken = { 'rollout.yaml': plainPlan('http://127.0.0.1:1').replace('name: shop', 'name: 7') }

  it('fails closed when an output cannot be written', async () => {
    const shell = fakeShell({ files: { 'rollout.yaml': plainPlan('http://127.0.0.1:1') } })
    const folder = join(shell.cwd, 'taken')
    mkdirSync(folder)
    Object.assign(shell, { env: { ...shell.env, GITHUB_ACTIONS: 'true', GITHUB_OUTPUT: folder } })
    expect(await shell.run('check', 'config')).toBe('denied')
    expect(shell.printed.err).toContain('cannot be written')
  })

  it('keeps stdout of --json one value', async () => {
    const shell = fakeShell({ files: broken, env: { GITHUB_ACTIONS: 'true' } })
    expect(await shell.run('check', '--json')).toBe('config')
    expect(shell.json<CheckReport>().outcome).toBe('config')
    expect(shell.printed.err).toMatch(/^::error file=rollout\.yaml,line=2,col=7,/)
  })

  it('fences what people read and annotates after it', async () => {
    const shell = fakeShell({ files: broken, env: { GITHUB_ACTIONS: 'true' } })
    expect(await shell.run('check')).toBe('config')
    expect(shell.printed.out).toMatch(/^::stop-commands::([\w-]{36})\n(?:.*\n)+::\1::\n::error file=/)
    expect(commandsIn(shell.printed.out)).toHaveLength(1)
  })

  it('says nothing to GitHub elsewhere', async () => {
    const shell = fakeShell({ files: broken })
    Object.assign(shell, { env: { GITHUB_OUTPUT: join(shell.cwd, 'output') } })
    await shell.run('check')
    expect(shell.printed.out + shell.printed.err).not.toContain('::')
    expect(existsSync(join(shell.cwd, 'output'))).toBe(false)
  })
})
