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
    'Seed 1: 100 requests/s, 0.5% of them fail without the toggle (--traffic and --baseline say otherwise). Approvals, checklists, drills, windows and freezes are taken as given.\n',
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
  ])
    expect(await ends(...words)).not.toEqual(tidy)
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
