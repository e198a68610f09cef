import { expect, it } from 'vitest'
import { fakeClock } from '../helpers/memory.ts'
import { plainPlan, TWO_TOGGLES } from '../helpers/plans.ts'
import { fakeShell, shop } from '../helpers/shell.ts'

it('says that it completes, would complete, or is complete, without a cross', async () => {
  const shell = fakeShell({ clock: fakeClock(), files: { 'rollout.yaml': TWO_TOGGLES, 'web.env': 'FEATURE_X=false\nFEATURE_Y=false\n' } })
  const typed = async (...argv: readonly string[]): Promise<string> => {
    expect(await shell.run(...argv)).toBe('done')
    return shell.printed.out
  }
  await typed('start')
  await typed('advance')
  await typed('advance')
  expect(await typed('advance', '--dry-run')).toMatch(/^✓ would complete: /)
  expect(await typed('advance')).toMatch(/^✓ COMPLETE at 100%: /)
  expect(await typed('advance')).toMatch(/^✓ COMPLETE at 100%: /)
  expect(await shell.run('close')).toBe('conflict')
  expect(shell.printed.err).toContain('it is complete and needs no end; rollout close --keep --reason')
  expect(shell.printed.err).not.toContain('rollout rollback')
})

it('says what is missing to whoever goes by hand: a second poll, and somebody who watches', async () => {
  const clock = fakeClock()
  const plan = plainPlan(await shop({ requests: 100, errors: 0 })).replace('interval: 1s', 'interval: 30s')
  const shell = fakeShell({ clock, files: { 'rollout.yaml': plan, 'web.env': '' } })
  const typed = async (later: number): Promise<string> => {
    clock.advance(later)
    await shell.run('advance')
    return shell.printed.out
  }
  await shell.run('start')
  expect(await typed(0)).toMatch(/samples 0 of 10 \(error_rate\): a counter needs two polls/)
  expect(await typed(30_000)).toMatch(/^✓ FEATURE_X 0% → 10%/)
  await typed(30_000)
  const gap = 'no time counts since the poll before, 15m ago; rollout run watches'
  expect(await typed(15 * 60_000)).toContain(`hold 30s of 1m (${gap})`)
  expect(await typed(30_000)).not.toContain(gap)
})
