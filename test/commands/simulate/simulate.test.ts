import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { plainPlan, shopShell } from '../../helpers/plans.ts'
import { fakeShell } from '../../helpers/shell.ts'

const shop = () => fakeShell({ files: { 'rollout.yaml': plainPlan('http://127.0.0.1:1') } })

it('plays the plan, says what it takes as given, and writes nothing', async () => {
  const shell = shop()
  expect(await shell.run('simulate', '--fault', 'errors=80%', '--runs', '5')).toBe('done')
  expect(shell.printed.out).toContain(
    'Seed 1: 100 requests/s, 0.5% of them fail without the toggle (--traffic and --baseline say otherwise). Approvals, checklists, drills, last users, windows and freezes are taken as given.\n',
  )
  expect(shell.printed.out).toMatch(/A good release, 5 runs\n {2}complete 100%/)
  expect(shell.printed.out).toMatch(/With the fault, 5 runs\n {2}rolled back 100%/)
  expect(shell.printed.out).toMatch(
    /\n✓ fine: a good release takes \S+.*; the fault is rolled back after \S+, having failed \d+ requests more than without it\n$/,
  )
  expect(readdirSync(shell.cwd)).toEqual(['rollout.yaml'])
})

it('draws a picture, and gives the numbers', async () => {
  const shell = shop()
  expect(await shell.run('simulate', '--fault', 'errors=0.8%', '--runs', '3', '--svg', 'ends.svg', '--json')).toBe('done')
  expect(shell.json()).toMatchObject({
    seed: 1,
    leftOut: [],
    good: { runs: 3, ends: [{ end: 'complete', share: 1 }], each: [{}, {}, {}] },
    fault: { runs: 3, excess: expect.any(Number) },
    advice: { is: 'too blind' },
  })
  const picture = readFileSync(join(shell.cwd, 'ends.svg'), 'utf8')
  expect(picture).toMatch(/^<svg .*\n[^]*A good release, 3 runs: complete 100%[^]*With the fault, 3 runs: [^]*<\/svg>\n$/)
  expect(await shell.run('simulate', '--runs', '1', '--svg', 'none/ends.svg')).toBe('usage')
})

it('plays in a world less tidy than chance', async () => {
  const shell = shop()
  const ends = async (...words: readonly string[]): Promise<unknown> => {
    await shell.run('simulate', '--runs', '4', '--json', ...words)
    return shell.json<{ readonly good: { readonly each: unknown } }>().good.each
  }
  const tidy = await ends()
  for (const words of [
    ['--noise', '40%'],
    ['--clusters', '3'],
    ['--cold-start', '1m'],
    ['--scrape-gaps', '20%'],
    ['--scrape-interval', '2m'],
  ])
    expect(await ends(...words)).not.toEqual(tidy)
  const together = await ends('--scrape-interval', '2m')
  expect(await ends('--scrape-interval', '2m', '--scrape-offset', '20s')).not.toEqual(together)
})

it('refuses an offset that is another scrape, or one without an interval', async () => {
  const shell = shop()
  expect(await shell.run('simulate', '--scrape-interval', '1m', '--scrape-offset', '1m')).toBe('usage')
  expect(shell.printed.err).toContain('--scrape-offset 1m is not within --scrape-interval 1m')
  expect(await shell.run('simulate', '--scrape-offset', '20s')).toBe('usage')
  expect(shell.printed.err).toContain('--scrape-interval')
})

/** A source of 40 requests/s, 2 % of them failed, that remembers. */
const remembers = `export default {
  options: (options) => options,
  measures: () => ({ what: 'failures', groups: 1 }),
  read: async () => { throw new Error('nobody asks about now') },
  async *history(_, { from, to, step }) {
    for (let at = from; at <= to; at += step) {
      const total = ((at - from) / 1000) * 40
      yield { at, reading: { is: 'ratio', bad: { all: Math.round(total / 50) }, total: { all: total } } }
    }
  },
}`

it('takes what was recorded where something was, and what is typed before that', async () => {
  const own = plainPlan('http://127.0.0.1:1').replace('use: openmetrics', 'use: ./mine.mjs')
  const shell = fakeShell({ files: { 'rollout.yaml': own, 'mine.mjs': remembers } })
  expect(await shell.run('simulate', '--runs', '2', '--from', '2h')).toBe('done')
  expect(shell.printed.out).toMatch(/^error_rate since \S+ \S+: 40 requests\/s; 2% fail, which wanders by 0% for no reason\.\n/)
  expect(shell.printed.out).toContain('Seed 1: 40 requests/s, 2% of them fail')
  expect(await shell.run('simulate', '--runs', '2', '--from', '2h', '--traffic', '7/s', '--baseline', '1%')).toBe('done')
  expect(shell.printed.out).toContain('Seed 1: 7 requests/s, 1% of them fail')
  await shell.run('simulate', '--runs', '2', '--from', '2h', '--json')
  expect(shell.json()).toMatchObject({ recalled: [{ metric: 'error_rate', usual: { perSecond: 40, noise: 0 } }] })
})

it('says where nothing was recorded, and takes the defaults', async () => {
  const shell = shop()
  expect(await shell.run('simulate', '--runs', '2', '--from', '7d')).toBe('done')
  expect(shell.printed.out).toContain(
    'error_rate has no history (openmetrics remembers nothing): the defaults, unless flags say otherwise.\n',
  )
  expect(shell.printed.out).toContain('Seed 1: 100 requests/s, 0.5% of them fail')
  const own = plainPlan('http://127.0.0.1:1').replace('use: openmetrics', 'use: ./mine.mjs')
  const failing = remembers.replace('for (let at', "throw new Error('out of reach'); for (let at")
  const other = fakeShell({ files: { 'rollout.yaml': own, 'mine.mjs': failing } })
  expect(await other.run('simulate', '--runs', '2', '--from', '7d')).toBe('done')
  expect(other.printed.out).toContain('error_rate has no history (out of reach): the defaults')
})

it.each([
  ['--traffic', '100'],
  ['--baseline', '0.5'],
  ['--fault', 'errors=200%'],
  ['--latency', '50%'],
  ['--seed', 'x'],
  ['--noise', '20'],
  ['--noise', '200%'],
  ['--clusters', '0'],
  ['--cold-start', '2'],
  ['--scrape-gaps', '5'],
  ['--scrape-interval', '5'],
  ['--scrape-interval', '0s'],
  ['--from', 'yesterday'],
  ['--from', '2200-01-01'],
  ['--runs', '0'],
])('refuses %s %s', async (name, written) => {
  const shell = shop()
  expect(await shell.run('simulate', name, written)).toBe('usage')
  expect(shell.printed.out).toBe('')
})

it('never becomes a real rollout because a word was forgotten: the flags are of this verb alone', async () => {
  const shell = await shopShell({ requests: 1000, errors: 0 })
  await shell.run('start')
  for (const line of [
    ['run', '--fault', 'errors=5%', '--traffic', '100/s'],
    ['run', '--simulate', '--fault', 'errors=5%'],
    ['--json', 'run', '--simulate'],
  ])
    expect(await shell.run(...line)).toBe('usage')
  expect(await shell.run('run', '--simulate', '--fault', 'errors=5%')).toBe('usage')
  expect(shell.printed.err).toContain('rollout simulate --fault errors=5%')
  expect(await shell.run('history', '--report', '--format', 'html', '--reason', "it's over")).toBe('usage')
  expect(shell.printed.err).toContain(String.raw`rollout report --format html --reason 'it'\''s over'`)
  expect(await shell.run('check', '--backtest', '--from', '7d')).toBe('usage')
  expect(shell.printed.err).toContain('rollout backtest --from 7d')
  await shell.run('history', '--json')
  expect(shell.json<{ readonly events: readonly unknown[] }>().events).toHaveLength(1)
})
