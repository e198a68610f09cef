import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { plainPlan } from '../helpers/plans.ts'
import { shop } from '../helpers/shell.ts'
import type { Ended } from '../helpers/launch.ts'
import { place } from './binary.ts'
import { until } from '../helpers/until.ts'

type Place = ReturnType<typeof place>

const healthy = await shop({ requests: 100, errors: 0 })
const failing = await shop({ requests: 100, errors: 50 })

/** One step up, whether or not there was traffic before it. */
const up = ['advance', '--override', 'samples,metrics', '--reason', 'a test'] as const

function folder(url = healthy, change: (plan: string) => string = (plan) => plan): Place {
  return place({ 'rollout.yaml': change(plainPlan(url)), 'web.env': '# kept\nFEATURE_X=false\n' })
}

async function started(at = folder()): Promise<Place> {
  expect(await at.rollout('start')).toMatchObject({ code: 0 })
  return at
}

/** A target whose command refuses. */
const refusing = (plan: string): string =>
  plan
    .replace('targets: [web]', 'targets: [web, worker]')
    .replace(
      'metrics:\n',
      "  worker: { use: command, set: [node, set.cjs, '{{name}}', '{{value}}'], get: [node, get.cjs, '{{name}}'] }\nmetrics:\n",
    )

/** A target whose command works, but waits while `slow.mode` says "hang", or "hang" and the word to be written. */
function slow(): Place {
  const at = folder(healthy, (plan) => refusing(plan).replaceAll('worker', 'slow').replace('get: [node', 'timeout: 1s, get: [node'))
  at.write(
    'set.cjs',
    `const [fs, word] = [require('fs'), process.argv[3]]
fs.writeFileSync('slow.asked', word)
const work = () => (['hang', 'hang ' + word].includes(fs.readFileSync('slow.mode', 'utf8')) ? setTimeout(work, 20) : fs.writeFileSync('slow.word', word))
work()`,
  )
  at.write('get.cjs', "process.stdout.write(require('fs').readFileSync('slow.word', 'utf8'))")
  at.write('slow.mode', 'fine')
  at.write('slow.word', 'false')
  at.write('slow.asked', '')
  return at
}

const approval = (plan: string): string =>
  plan.replace('steps: [10%', 'steps: [{ to: 10%, approval: managers }').replace('interval:', 'approvers: { managers: [ana] }\ninterval:')

/** Every exit code by at least one real case. */
const CASES: readonly [what: string, code: number, run: () => Promise<Ended>, says: RegExp][] = [
  ['done', 0, async () => (await started()).rollout(...up), /10%/],
  ['changes pending', 2, async () => folder().rollout('plan', '--detailed-exitcode'), /FEATURE_X/],
  [
    'not yet',
    8,
    async () => {
      const at = await started()
      await at.rollout(...up)
      return at.rollout('advance')
    },
    /hold .* of 1m/,
  ],
  [
    'unhealthy',
    9,
    async () => {
      const at = await started(folder(failing))
      await at.rollout(...up)
      return at.rollout('run')
    },
    /50%.*> 5%/,
  ],
  [
    'partial, with the commands to run by hand',
    10,
    async () => {
      const at = folder(healthy, refusing)
      at.write('set.cjs', 'process.exit(1)')
      at.write('get.cjs', "console.log('false')")
      return (await started(at)).rollout(...up)
    },
    /node set\.cjs FEATURE_X/,
  ],
  ['an unknown command', 64, async () => place().rollout('statsu'), /Did you mean status\?/i],
  ['help for a verb of another tool', 64, async () => place().rollout('help', 'abort'), /there is no "abort" here[^]*rollout rollback/],
  ['help for nothing', 64, async () => place().rollout('help', 'nope'), /unknown command 'nope'/],
  ['a value for a switch', 64, async () => place().rollout('status', '--json=true'), /--json takes no value: nothing was done/],
  ['an unknown option', 64, async () => place().rollout('status', '--jsno'), /Did you mean --json\?/i],
  ['nothing started', 64, async () => folder().rollout('status'), /nothing was started yet[^]*rollout start/],
  ['a duration without a unit', 64, async () => (await started()).rollout('run', '--timeout', '5'), /--timeout 5 is not a duration/],
  [
    'unreachable',
    69,
    async () => {
      const api =
        "  web: { use: http, url: 'http://127.0.0.1:1/{{name}}', method: PUT, body: '{{value}}', get: { url: 'http://127.0.0.1:1/{{name}}' } }"
      return folder(healthy, (plan) => plan.replace('  web: { use: env-file, path: web.env }', api)).rollout('start')
    },
    /127\.0\.0\.1:1/,
  ],
  ['another step than meant', 75, async () => (await started()).rollout('advance', '--if-step', '1'), /at step 0, not 1/],
  ['started twice', 75, async () => (await started()).rollout('start'), /already started/],
  [
    'somebody not in the group',
    77,
    async () => (await started(folder(healthy, approval))).rollout('approve', '--actor', 'eve'),
    /eve is not in managers/,
  ],
  [
    'an approval that must be signed and is not',
    77,
    async () => {
      const at = folder(
        healthy,
        (plan) => approval(plan).replace('approval: managers', 'approval: { group: managers, signed: true }') + 'signers: signers\n',
      )
      at.write('signers', '')
      return (await started(at)).rollout('approve', '--reason', '\u001b[2Jfine')
    },
    /managers must sign[^]*--sign/,
  ],
  [
    'a reason nobody will read',
    64,
    async () => (await started(folder(healthy, approval))).rollout('approve', '--reason', 'x'.repeat(120_000)),
    /the reason is 120000 characters long; 2000 are kept/,
  ],
  [
    'a window that never opens',
    78,
    async () => folder(healthy, (plan) => `${plan}windows: [{ days: Mon, from: "09:00", to: "09:00", zone: UTC }]\n`).rollout('plan'),
    /windows\.0\.from the window never opens/,
  ],
  [
    'bad config',
    78,
    async () => folder(healthy, (plan) => plan.replace('name: shop', 'nam: shop')).rollout('plan'),
    /rollout\.yaml:2:1[^]*name/,
  ],
  ['no plan', 78, async () => place().rollout('plan'), /rollout\.yaml/],
  ['timeout', 124, async () => (await started()).rollout('run', '--timeout', '1s'), /not finished within 1s/],
]

describe.concurrent('exit code', () => {
  test.each(CASES)('%s is %i', async (_, code, run, says) => {
    const ended = await run()
    expect({ code: ended.code, says: `${ended.out}${ended.err}` }).toEqual({ code, says: expect.stringMatching(says) })
    expect(ended.err).not.toMatch(/^\s+at .*:\d+:\d+/m)
  })

  test('a command that is done ends, however long it was given', async () => {
    expect(await (await started()).rollout('plan', '--timeout', '1h')).toMatchObject({ code: 0 })
  })

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s while it watches is %i, and the next command goes on', async (signal, code) => {
    const at = await started()
    const running = at.launch(['run'])
    await running.printed('10%')
    running.kill(signal)
    expect(await running.ended).toMatchObject({ code, err: expect.stringContaining(`stopped by ${signal}`) })
    const { events }: { events: readonly { type: string }[] } = JSON.parse((await at.rollout('history', '--json')).out)
    expect(events[0]?.type).toBe('detached')
    expect(await at.rollout('history', '--verify')).toMatchObject({ code: 0 })
    expect([0, 8]).toContain((await at.rollout('run', '--once')).code)
    expect(await at.rollout('rollback')).toMatchObject({ code: 0 })
    expect(at.read('web.env')).toContain('FEATURE_X=false')
  })

  test('two that advance at once take one step', async () => {
    const at = await started()
    const ended = await Promise.all([1, 2].map(async () => at.rollout(...up, '--if-step', '0')))
    expect(ended.map(({ code }) => code).toSorted((a, b) => Number(a) - Number(b))).toEqual([0, 75])
    expect(ended.find(({ code }) => code === 75)?.err).toContain('nothing was changed')
    const { events }: { events: readonly { type: string }[] } = JSON.parse((await at.rollout('history', '--json')).out)
    expect(events.filter(({ type }) => type === 'intended')).toHaveLength(1)
    expect(at.read('web.env')).toContain('FEATURE_X=10%')
  })
})

describe.concurrent('rollback', () => {
  test('two on-calls at once: both hear that it is rolled back, and it is recorded', async () => {
    const at = await started()
    await at.rollout(...up)
    const codes = (await Promise.all([1, 2].map(async () => at.rollout('rollback')))).map(({ code }) => code)
    expect(codes).toEqual([0, 0])
    expect(at.read('web.env')).toContain('FEATURE_X=false')
    expect(await at.rollout('history', '--verify')).toMatchObject({ code: 0 })
  })

  test('with a controller that is stopped: it is ended, and does not wake up to undo it', async () => {
    const at = await started()
    const running = at.launch(['run'])
    await running.printed('10%')
    running.kill('SIGSTOP')
    expect(await at.rollout('rollback')).toMatchObject({ code: 0 })
    running.kill('SIGCONT')
    await running.ended
    expect(at.read('web.env')).toContain('FEATURE_X=false')
    expect(JSON.parse((await at.rollout('status', '--json')).out)).toMatchObject({ status: 'rolled back' })
  })

  test('with an advance that is stopped: its late write, on a target that refuses none, it takes back as it is ended', async () => {
    const at = await started(slow())
    at.write('slow.mode', 'hang 10%')
    const advancing = at.launch([...up])
    await until('the file holds the step', () => at.read('web.env').includes('FEATURE_X=10%'))
    // Only a write that is under way can land late.
    await until('the slow target is being written', () => at.read('slow.asked') === '10%')
    advancing.kill('SIGSTOP')
    expect(await at.rollout('rollback')).toMatchObject({ code: 0 })
    at.write('slow.mode', 'fine')
    await until('the late write has landed', () => at.read('slow.word') === '10%')
    advancing.kill('SIGINT')
    advancing.kill('SIGCONT')
    expect(await advancing.ended).toMatchObject({ code: 130, err: expect.stringContaining('once more ends it at once') })
    expect([at.read('slow.word'), at.read('web.env')]).toEqual(['false', expect.stringContaining('FEATURE_X=false')])
  })

  test('with half of the targets hanging: the others are rolled back, in bounded time, and exit 10 names the rest', async () => {
    const at = await started(slow())
    await at.rollout(...up)
    at.write('slow.mode', 'hang')
    const { code, out } = await at.rollout('rollback')
    expect([code, at.read('web.env')]).toEqual([10, expect.stringContaining('FEATURE_X=false')])
    expect(out).toMatch(/✗ slow: node did not finish within 1s/)
    expect(out).toContain('By hand')
    at.write('slow.mode', 'fine')
    expect(await at.rollout('rollback')).toMatchObject({ code: 0 })
  })

  test('SIGINT twice while it works: it ends at once, and the next command finishes', async () => {
    const at = await started(slow())
    await at.rollout(...up)
    at.write('slow.mode', 'hang')
    const rolling = at.launch(['rollback'])
    await until('the file is rolled back', () => at.read('web.env').includes('FEATURE_X=false'))
    rolling.kill('SIGINT')
    rolling.kill('SIGINT')
    expect((await rolling.ended).code).toBe(130)
    at.write('slow.mode', 'fine')
    expect(await at.rollout('status')).toMatchObject({ code: 10 })
    expect(await at.rollout('rollback')).toMatchObject({ code: 0 })
    expect(await at.rollout('status')).toMatchObject({ code: 9 })
  })

  test('with a broken plan file, and with none', async () => {
    const at = await started()
    await at.rollout(...up)
    at.write('rollout.yaml', 'version: [')
    expect(await at.rollout('rollback')).toMatchObject({ code: 0 })
    expect(at.read('web.env')).toContain('FEATURE_X=false')
    await at.rollout('resume')
    await at.rollout(...up)
    expect(at.read('web.env')).toContain('FEATURE_X=10%')
    rmSync(join(at.folder, 'rollout.yaml'))
    expect(await at.rollout('rollback')).toMatchObject({ code: 0 })
    expect(at.read('web.env')).toContain('FEATURE_X=false')
    expect(await at.rollout('status')).toMatchObject({ code: 9, out: expect.stringContaining('ROLLED BACK') })
  })

  // The target remembers the epoch of the lost journal: a return to every default goes past it.
  test('--all with a lost journal', async () => {
    const at = await started()
    await at.rollout(...up)
    rmSync(join(at.folder, '.rollout'), { recursive: true })
    expect(await at.rollout('rollback')).toMatchObject({ code: 64, err: expect.stringContaining('rollout rollback --all') })
    expect(await at.rollout('rollback', '--all')).toMatchObject({ code: 0 })
    expect(at.read('web.env')).toContain('FEATURE_X=false')
  })
})

test('a query nested deeper than a stack is refused at its place', () => {
  const query = `{ use: prometheus, url: "http://127.0.0.1:9", query: "${'('.repeat(20_000)}", critical: "> 1" }`
  const at = folder(healthy, (plan) => plan.replace(/error_rate:\n(?: {4}.*\n)+/, `error_rate: ${query}\n`))
  // How deep the stack of a process is depends on what was compiled of it.
  const typed = ['--stack-size=400', join(import.meta.dirname, '../../bin/rollout.cjs'), 'check', 'config']
  const { status, stdout } = spawnSync(process.execPath, typed, { cwd: at.folder, encoding: 'utf8' })
  expect([status, stdout]).toEqual([78, expect.stringContaining('metrics.error_rate.query is not PromQL at 1:1')])
})
