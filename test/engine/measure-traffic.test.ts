import { expect, it } from 'vitest'
import type { Summary } from '../../src/core/report/summary.ts'
import { fakeClock } from '../helpers/memory.ts'
import { fakeShell } from '../helpers/shell.ts'
import { shopOf } from '../helpers/shop.ts'

it('plan, status and advance say how long the proof takes at this traffic, and what is missing of it', async () => {
  const clock = fakeClock()
  const traffic = { share: 0, on: 0.005, off: 0.005 }
  const { groups } = await shopOf(clock, traffic)
  const shell = fakeShell({ clock, files: { 'rollout.yaml': groups, 'web.env': 'FEATURE_X=false\n' } })
  await shell.run('plan')
  expect(shell.printed.out).toMatch(
    /core: at 100 requests\/s, 0\.5% of them failed \(error_rate\), ruling out 1\.5× as bad at 50% takes about (9|1\d)m\n/,
  )
  expect(shell.printed.out).toMatch(
    /core: in 40 made-up rollouts at this traffic half of the good releases are through all steps of a toggle within (9|1\d)m, nine in ten within [12]\dm\n/,
  )
  await shell.run('start')
  await shell.run('advance', '--override', 'metrics,samples', '--reason', 'first step')
  traffic.share = 0.1
  for (let minute = 0; minute < 3; minute += 1) {
    await shell.run('run', '--once')
    clock.advance(60_000)
  }
  traffic.share = 0.5
  for (let minute = 0; minute < 3; minute += 1) {
    await shell.run('run', '--once')
    clock.advance(60_000)
  }
  await shell.run('status')
  expect(shell.printed.out).toMatch(/error_rate: cannot yet rule out [\d.]+× \(limit 1\.5×\); about \d+m at this traffic, since .*\n/)
  expect(shell.printed.out).not.toMatch(/more\)|ruling out/)
  await shell.run('status', '--json')
  expect(shell.json<Summary>().gates.find(({ name }) => name === 'evidence')?.opensIn).toBeGreaterThan(60_000)
  expect(await shell.run('advance', '--dry-run')).toBe('notYet')
  expect(shell.printed.out).toMatch(/stays at 50%: evidence error_rate: cannot yet rule out [\d.]+×/)
})

it('by the clock the proof is waited for beyond the hold, and the plan says so', async () => {
  const clock = fakeClock()
  const { groups } = await shopOf(clock, { share: 0, on: 0, off: 0.005 })
  const hasty = groups.replace('metrics: [error_rate]', 'metrics: [error_rate], evidence: { pace: clock }')
  const shell = fakeShell({ clock, files: { 'rollout.yaml': hasty, 'web.env': 'FEATURE_X=false\n' } })
  await shell.run('plan')
  expect(shell.printed.out).toMatch(/ruling out 1\.5× as bad at 50% takes about \d+m, and is waited for beyond its hold of 1m\n/)
  expect(shell.printed.out).toContain('paced by the clock, but for the step to everybody, which waits for the proof')
  expect(shell.printed.out).toContain('core: that holds while both groups see the same site')
  expect(shell.printed.out).toContain(
    'core: negligible is a rate that is higher by up to 0.1 points, or 50% of what fails with the toggle off',
  )
})

it('a step by the clock that nothing was proven at says that its evidence was not waited for', async () => {
  const clock = fakeClock()
  const traffic = { share: 0, on: 0, off: 0.005 }
  const { groups } = await shopOf(clock, traffic)
  const hasty = groups.replace('metrics: [error_rate]', 'metrics: [error_rate], evidence: { pace: clock }')
  const shell = fakeShell({ clock, files: { 'rollout.yaml': hasty, 'web.env': 'FEATURE_X=false\n' } })
  await shell.run('start')
  await shell.run('advance', '--override', 'metrics,samples', '--reason', 'first step')
  traffic.share = 0.1
  for (let minute = 0; minute < 4; minute += 1) {
    await shell.run('run', '--once')
    clock.advance(60_000)
  }
  await shell.run('history')
  expect(shell.printed.out).toMatch(/advance FEATURE_X 10% → 50% {2}evidence not waited for here \(.+\) · hold 1m of 1m/)
})

it('one group under evidence: plan says what that can promise, explain which judge spoke', async () => {
  const clock = fakeClock()
  const traffic = { share: 0, on: 0, off: 0.005 }
  const { one } = await shopOf(clock, traffic)
  const weighing = one.replace('metrics: [error_rate]', 'metrics: [error_rate], evidence: {}')
  const shell = fakeShell({ clock, files: { 'rollout.yaml': weighing, 'web.env': 'FEATURE_X=false\n' } })
  await shell.run('plan')
  expect(shell.printed.out).toContain(
    'core: error_rate, one group: at most 1% of changes that stay at 5% or below are called critical; a fault that everybody has looks like the change',
  )
  await shell.run('start')
  await shell.run('advance', '--override', 'metrics,samples', '--reason', 'first step')
  traffic.off = 0.06
  for (let minute = 0; minute < 12; minute += 1) {
    clock.advance(20_000)
    if ((await shell.run('run', '--once')) === 'unhealthy') break
  }
  expect(shell.printed.out).toMatch(/error_rate 6% > 5% \(\d+ of \d+\), 99% sure: evidence \d+:1, limit 100/)
  await shell.run('explain', 'error_rate')
  expect(shell.printed.out).toMatch(/This is why it stopped: .*; evidence about one group spoke\.\n/)
  expect(shell.printed.out).toMatch(/Judged by evidence about one group: above 5%, 99% sure: evidence \d+:1, limit 100\.\n/)
  await shell.run('explain')
  expect(shell.printed.out).toContain('evidence about one group spoke')
})
