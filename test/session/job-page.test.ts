import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { onJobPage } from '../../src/session/job-page.ts'
import type { VerbAnswer } from '../../src/session/session.ts'
import { commandsIn, HOSTILE, readOutputs } from '../helpers/github.ts'
import { plainPlan, shopShell } from '../helpers/plans.ts'
import { fakeShell } from '../helpers/shell.ts'

async function paged(answer: Partial<VerbAnswer>, isJson = false) {
  const shell = fakeShell()
  const files = { GITHUB_OUTPUT: join(shell.cwd, 'output'), GITHUB_STEP_SUMMARY: join(shell.cwd, 'summary') }
  const options = { file: undefined, env: 'staging', json: isJson }
  await onJobPage({ ...shell, env: files }, options, { verb: 'run', verbs: ['status'] }, async (add) => {
    add({ outcome: 'unhealthy', kind: 'status', value: {}, text: () => '\nROLLED BACK\n  rollout status says why\n', ...answer })
    return 'unhealthy'
  })
  const read = (file: string): string => readFileSync(file, 'utf8')
  return { printed: shell.printed, outputs: readOutputs(read(files.GITHUB_OUTPUT)), summary: read(files.GITHUB_STEP_SUMMARY) }
}

describe('the page of a job', () => {
  it('shows what happened on the way, how it ended, and what to type next', async () => {
    const { printed, outputs, summary } = await paged({ told: ['advance FEATURE_X 0% → 10%', 'rollback FEATURE_X 10% → 0%  too many'] })
    expect(commandsIn(printed.out)).toEqual([
      '::error title=rollout run::rollback FEATURE_X 10% → 0%  too many'.replaceAll('%', '%25').replaceAll('  ', ' '),
    ])
    expect(outputs).toEqual({ result: 'unhealthy', reason: 'rollback FEATURE_X 10% → 0% too many' })
    expect(summary.replaceAll(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code))).replaceAll('&gt;', '>')).toBe(
      '### rollout run: exit 9\n\n<pre>\nadvance FEATURE_X 0% → 10%\nrollback FEATURE_X 10% → 0%  too many\nROLLED BACK\n  rollout status -e staging says why\n</pre>\n\n',
    )
  })

  it('has no annotation where all is done, and a notice where it only waits', async () => {
    expect(commandsIn((await paged({ outcome: 'done' })).printed.out)).toEqual([])
    expect(commandsIn((await paged({ outcome: 'notYet' })).printed.out)).toEqual([
      '::notice title=rollout run::ROLLED BACK rollout status -e staging says why',
    ])
  })

  it('leaves stdout to the one value of --json', async () => {
    const { printed } = await paged({}, true)
    expect(printed.out).toBe('')
    expect(commandsIn(printed.err)).toHaveLength(1)
  })

  it.each(HOSTILE)('takes no order from what was said: %j', async (text) => {
    const { printed, outputs, summary } = await paged({ told: [text], text: () => `${text}\n` })
    expect(commandsIn(printed.out)).toHaveLength(1)
    expect(Object.keys(outputs)).toEqual(['result', 'reason'])
    expect(
      summary
        .split('\n')
        .slice(3, -3)
        .join('')
        .replaceAll(/&(?:#\d+|gt);/g, ''),
    ).not.toMatch(/[<>`*_[\]\\&]/)
    expect(summary.match(/<\/?pre>/g)).toHaveLength(2)
  })
})

describe('a verb in a GitHub job', () => {
  const env = (cwd: string) => ({ GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: join(cwd, 'summary'), GITHUB_OUTPUT: join(cwd, 'output') })

  it.each(['plan', 'start', 'advance', 'pause', 'rollback', 'status', 'resume', 'close'])('%s stands on the page', async (verb) => {
    const shell = await shopShell({ requests: 100, errors: 0 })
    if (verb !== 'start' && verb !== 'plan') await shell.run('start')
    if (verb === 'resume' || verb === 'close') await shell.run('rollback')
    Object.assign(shell, { env: { ...shell.env, ...env(shell.cwd) } })
    await shell.run(verb)
    expect(readFileSync(join(shell.cwd, 'summary'), 'utf8')).toMatch(new RegExp(`^### rollout ${verb}: exit \\d+\\n\\n<pre>\\n`))
    expect(shell.printed.out).toMatch(/^::stop-commands::([\w-]{36})\n(?:.*\n)+::\1::\n/)
  })

  it('ends as it ended although the page cannot be written', async () => {
    const shell = fakeShell({ files: { 'rollout.yaml': plainPlan('http://127.0.0.1:1'), 'web.env': 'FEATURE_X=false\n' } })
    await shell.run('start')
    mkdirSync(join(shell.cwd, 'output'))
    Object.assign(shell, { env: { ...shell.env, ...env(shell.cwd) } })
    expect(await shell.run('rollback')).toBe('done')
    expect(shell.printed.err).toContain('cannot be written')
  })

  it('annotates an error at its place', async () => {
    const shell = fakeShell({ files: { 'rollout.yaml': plainPlan('http://127.0.0.1:1').replace('name: shop', 'name: 7') } })
    Object.assign(shell, { env: { ...shell.env, GITHUB_ACTIONS: 'true' } })
    expect(await shell.run('start')).toBe('config')
    expect(commandsIn(shell.printed.err)).toEqual([expect.stringMatching(/^::error file=rollout\.yaml,line=2,col=7,title=rollout::/)])
  })
})
